// MecabLibrary: the C interface of MeCab, loaded while the program runs.
//
// Loaded and not linked, because most runs do without it, and because the Korean fork has the same
// symbols as MeCab itself.

#pragma once

#include <mecab.h>

#include <memory>
#include <string>

namespace nmt::metrics {

/// The functions that are needed, under their names in mecab.h without "mecab_".
class MecabLibrary {
 public:
  /// Loads `path`, or, if it has no slash, the library of that name where the linker finds it.
  /// Throws InputError, which says what failed.
  explicit MecabLibrary(const std::string& path);

  decltype(&::mecab_version) version;
  decltype(&::mecab_strerror) strerror;
  decltype(&::mecab_destroy) destroy;
  decltype(&::mecab_parse_lattice) parse_lattice;
  decltype(&::mecab_model_new) model_new;
  decltype(&::mecab_model_destroy) model_destroy;
  decltype(&::mecab_model_new_tagger) model_new_tagger;
  decltype(&::mecab_model_new_lattice) model_new_lattice;
  decltype(&::mecab_model_dictionary_info) model_dictionary_info;
  decltype(&::mecab_lattice_destroy) lattice_destroy;
  decltype(&::mecab_lattice_set_sentence) lattice_set_sentence;
  decltype(&::mecab_lattice_strerror) lattice_strerror;
  decltype(&::mecab_lattice_tostr) lattice_tostr;

 private:
  std::unique_ptr<void, int (*)(void*)> handle_;
};

/// The library at `path`, shared with everybody who has it loaded. Throws as MecabLibrary.
std::shared_ptr<const MecabLibrary> shared_mecab_library(const std::string& path);

}  // namespace nmt::metrics
