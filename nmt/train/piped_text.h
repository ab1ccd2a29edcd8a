// PipedText: sets that come out of a pipe, standard input or anything else that can be read only
// once. They are kept in the model folder, because a run reads its text several times: to train the
// vocabulary, to make the corpus, and again after --resume.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "data/text/staged_folder.h"
#include "nmt/config/training_config.h"

namespace nmt::train {

/// Folder in the model folder, with the files train.src, train.tgt, valid.src, valid.tgt.
inline constexpr const char* kPipedTextFolder = "piped-text";

class PipedText {
 public:
  /// Reads every set of `config` that is a stream (data/text/path_kind.h) to its end, all of them
  /// at the same time, because whoever writes them may do so line by line; and names the copies in
  /// `config` instead. Packed text stays packed. Throws UsageError if two sets are the same stream,
  /// InputError if one cannot be read or the disk is full.
  explicit PipedText(config::TrainingConfig& config);

  /// Names in `config` where the copies will lie in the model folder: once its sets have been read.
  void name_lasting_places(config::TrainingConfig& config) const;

  /// Puts the copies there, beside those of earlier streams that `config` still names; others go.
  /// Without this the new ones are removed again: a run that is refused leaves nothing. Throws
  /// InputError.
  void keep(const config::TrainingConfig& config);

  struct Copy {
    std::string stream;  ///< As the flag named it.
    std::string path;    ///< Where it is kept.
    int64_t bytes = 0;
  };
  const std::vector<Copy>& copies() const { return copies_; }

 private:
  std::optional<text::StagedFolder> folder_;
  std::vector<Copy> copies_;
};

}  // namespace nmt::train
