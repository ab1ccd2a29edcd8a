// MeCab, loaded while the program runs: its C interface, a dictionary opened with it, and text cut
// into words.
//
// Loaded and not linked, because most runs do without it, and because the Korean fork has the same
// symbols as MeCab itself.

#pragma once

#include <mecab.h>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

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

/// MeCab with one dictionary.
class MecabModel {
 public:
  /// Opens the dictionary in the folder `dictionary`. Configuration files are not read, so that no
  /// user's dictionary slips in. Throws InputError if it cannot be used.
  MecabModel(std::shared_ptr<const MecabLibrary> library, const std::string& dictionary);

  const MecabLibrary& library() const { return *library_; }
  mecab_model_t* handle() const { return handle_.get(); }

  /// Words in the system dictionary.
  size_t entries() const { return info().size; }

  /// Character set of the dictionary as it spells it, such as "utf8".
  std::string character_set() const { return info().charset; }

  /// Whether the dictionary's own settings bring in a second one.
  bool has_user_dictionary() const { return info().next != nullptr; }

 private:
  const mecab_dictionary_info_t& info() const { return *library_->model_dictionary_info(handle()); }

  std::shared_ptr<const MecabLibrary> library_;
  std::unique_ptr<mecab_model_t, decltype(&::mecab_model_destroy)> handle_;
};

/// The model of `dictionary`, shared with everybody who has it open. Throws as MecabLibrary and
/// MecabModel.
std::shared_ptr<const MecabModel> shared_mecab_model(const std::string& library,
                                                     const std::string& dictionary);

/// Cuts text without spaces into words. One thread at a time each.
class MecabSplitter {
 public:
  explicit MecabSplitter(std::shared_ptr<const MecabModel> model);

  /// Replaces `words` by the words of `line`, separated by spaces. The line ends at a NUL. Throws
  /// InputError if MeCab fails.
  void split(std::string_view line, std::string& words);

  const MecabModel& model() const { return *model_; }

 private:
  std::shared_ptr<const MecabModel> model_;
  std::unique_ptr<mecab_t, decltype(&::mecab_destroy)> tagger_;
  std::unique_ptr<mecab_lattice_t, decltype(&::mecab_lattice_destroy)> lattice_;
  std::string line_;  // MeCab wants a NUL at the end.
};

}  // namespace nmt::metrics
