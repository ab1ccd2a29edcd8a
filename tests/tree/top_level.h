// The top of the tree holds what belongs there and nothing else.

#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace nmt::tree {

/// A message for every file or folder directly below `root` that is neither part of the project nor
/// named by its .gitignore or .git/info/exclude.
std::vector<std::string> stray_at_the_top(const std::filesystem::path& root);

}  // namespace nmt::tree
