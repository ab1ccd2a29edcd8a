// The tokenizer of TER: lower case, and on request normalization, Asian characters apart,
// punctuation dropped.
//
// Source: Tercom's Normalizer.java, as in sacreBLEU 2.6.0, whose slips are kept: its rules for kana
// can never match, and `asian_support` does something only together with one of the other two.

#pragma once

#include <string>
#include <string_view>

namespace nmt::metrics {

struct TercomOptions {
  bool normalized = false;      ///< Unescape entities and separate ASCII punctuation.
  bool no_punct = false;        ///< Drop . , ? : ; ! " ( and ).
  bool asian_support = false;   ///< Extend both to Chinese, Japanese and Korean characters.
  bool case_sensitive = false;  ///< Keep case.
};

/// The words of `segment`, without white space at its end, with white space between them.
std::string tokenize_tercom(std::string_view segment, const TercomOptions& options);

}  // namespace nmt::metrics
