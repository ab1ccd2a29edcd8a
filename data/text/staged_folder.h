// A folder that appears whole or not at all. It is filled under a temporary name beside its final
// one and renamed at the end; a kill at any instant leaves the old folder or the new one.

#pragma once

#include <string>

namespace nmt::text {

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

  /// Gives the folder its final name, durably. A folder that has it already is replaced as
  /// replace_folder says. Throws InputError if the file system refuses.
  void commit();

 private:
  std::string target_;
  std::string path_;
  bool committed_ = false;
};

enum class Exchange {
  kAtOnce,     ///< Both names in one system call; falls back to the next where it is not known.
  kByRenames,  ///< Old folder aside, new one in. A kill in between leaves the old one aside, and
               ///< remove_leftovers puts it back.
};

/// Renames the folder `from` to `to`, which is removed if it exists. Throws InputError.
void replace_folder(const std::string& from, const std::string& to,
                    Exchange how = Exchange::kAtOnce);

/// Removes `path` with all that is in it, if it is there. Throws InputError.
void remove_tree(const std::string& path);

/// Removes a folder with all that is in it, so that a kill at any instant leaves it whole or gone
/// (and perhaps a leftover). Throws InputError.
void remove_folder(const std::string& folder);

/// Clears up in `folder` what killed processes left: removes temporary folders, and puts folders
/// back that were moved aside. Only for the one process that writes there. A folder that does not
/// exist is empty. Throws InputError.
void remove_leftovers(const std::string& folder);

}  // namespace nmt::text
