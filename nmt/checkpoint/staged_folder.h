// A folder that appears whole or not at all. It is filled under a temporary name beside its final
// one and renamed at the end; a kill at any instant leaves the old folder or the new one.

#pragma once

#include <string>

namespace nmt::checkpoint {

class StagedFolder {
 public:
  /// Creates the temporary folder beside `target`, and the folders above if they are missing.
  /// Throws InputError if that is not possible.
  explicit StagedFolder(const std::string& target);
  /// Removes the temporary folder if it was not committed.
  ~StagedFolder();
  StagedFolder(const StagedFolder&) = delete;
  StagedFolder& operator=(const StagedFolder&) = delete;

  /// Where to write the files.
  const std::string& path() const { return path_; }

  /// Gives the folder its final name. A folder that has it already is exchanged in one step and
  /// then removed. Throws InputError if the file system refuses.
  void commit();

 private:
  std::string target_;
  std::string path_;
  bool committed_ = false;
};

/// Whether `name`, without the path, is that of a temporary folder.
bool is_staging_name(const std::string& name);

/// Removes what killed processes left in `folder`: temporary folders. Only for the one process that
/// writes there. A folder that does not exist is empty.
void remove_leftovers(const std::string& folder);

}  // namespace nmt::checkpoint
