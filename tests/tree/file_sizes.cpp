#include "tests/tree/file_sizes.h"

#include <algorithm>

#include "tests/tree/source_tree.h"

namespace nmt::tree {

std::vector<std::string> large_files(const std::filesystem::path& root, const FileSizeRule& rule) {
  std::vector<std::string> messages;
  std::vector<std::string> unused = rule.exceptions;
  std::uintmax_t sum = 0;
  for (const std::string& path : project_files(root)) {
    const std::uintmax_t bytes = std::filesystem::file_size(root / path);
    sum += bytes;
    if (bytes > rule.file_bytes && std::erase(unused, path) == 0) {
      messages.push_back(path + ": has " + std::to_string(bytes) + " bytes, at most " +
                         std::to_string(rule.file_bytes) + " are permitted");
    }
  }
  for (const std::string& path : unused) {
    messages.push_back(path + ": is no large file, and needs no exception");
  }
  if (sum > rule.tree_bytes) {
    messages.push_back("the tree has " + std::to_string(sum) + " bytes, at most " +
                       std::to_string(rule.tree_bytes) + " are permitted");
  }
  return messages;
}

}  // namespace nmt::tree
