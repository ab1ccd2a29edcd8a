// The checkpoints of one run: folders "update-00001000" in "<model-dir>/checkpoints".

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "nmt/checkpoint/checkpoint.h"

namespace nmt::checkpoint {

/// "update-00001000".
std::string folder_name(int64_t update);

class CheckpointSet {
 public:
  struct Entry {
    int64_t update;
    std::string folder;
  };

  /// `root` need not exist yet.
  explicit CheckpointSet(const std::string& root) : root_(root) {}

  /// Writes the checkpoint of `update` (at least 0); returns its folder. Durable when it returns; a
  /// kill or an error at any instant leaves every earlier checkpoint whole. Throws InputError.
  std::string save(int64_t update, const ModelFolder& model, const TrainingState& training) const;

  /// Where the checkpoint of `update` lies, or would.
  std::string folder(int64_t update) const;

  /// Every complete checkpoint, oldest first. Temporary folders and other names are passed over.
  std::vector<Entry> all() const;

  /// The last of all(), or none.
  std::optional<Entry> newest() const;

  /// Removes all but the newest `keep_last` checkpoints; 0 keeps all.
  void prune(int64_t keep_last) const;

  /// Removes what killed processes left half-written; save does so too. Only for the process that
  /// trains: another one could take away what it is just writing.
  void remove_leftovers() const;

  const std::string& root() const { return root_; }

 private:
  std::string root_;
};

}  // namespace nmt::checkpoint
