// MecabModel: MeCab with one dictionary. MecabSplitter: cuts text without spaces into words with
// it.

#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "nmt/metrics/tokenizers/mecab_library.h"

namespace nmt::metrics {

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

/// One thread at a time each.
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
