// A clone stays small: no large files, and not too much in all.

#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace nmt::tree {

struct FileSizeRule {
  std::uintmax_t file_bytes = 300'000;     ///< Of one file,
  std::vector<std::string> exceptions;     ///< but for these paths.
  std::uintmax_t tree_bytes = 10'000'000;  ///< Of all files together.
};

/// A message for every file of `root` that is larger than `rule` permits, for every exception that
/// is none, and for a tree that is too large.
std::vector<std::string> large_files(const std::filesystem::path& root, const FileSizeRule& rule);

}  // namespace nmt::tree
