// The search for the MeCab dictionary that sacreBLEU takes, to the last word.

#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "nmt/metrics/tokenizers/mecab_model.h"

namespace nmt::metrics {

/// What a tokenizer wants of MeCab.
struct MecabWish {
  std::string library;               ///< As MecabLibrary takes it.
  std::vector<std::string> folders;  ///< Where the dictionary may be, the likeliest first.
  size_t entries = 0;                ///< Words of the dictionary, exactly.
  std::string advice;                ///< How to get it: ends the message of a search in vain.
};

/// The first of the folders that holds a dictionary of so many words, in UTF-8 and without a user's
/// own. Throws InputError if there is none, with what is wrong with each, and if the library cannot
/// be loaded.
std::shared_ptr<const MecabModel> find_mecab_model(const MecabWish& wish);

/// The `dicdir` of MeCab's settings, which are ~/.mecabrc, else the file that MECABRC names, else
/// /etc/mecabrc; none if they do not say.
std::vector<std::string> configured_dictionary();

}  // namespace nmt::metrics
