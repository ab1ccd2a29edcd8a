// Rules that hold in every file, each found by reading lines.

#pragma once

#include <string>
#include <vector>

#include "tests/tree/source_tree.h"

namespace nmt::tree {

/// Library code (data, layers, nmt but nmt/cli) that prints or ends the process.
std::vector<std::string> noisy_library_code(const std::vector<TextFile>& tree);

/// `#if` on a build option: a missing backend is a stub file instead.
std::vector<std::string> conditional_code(const std::vector<TextFile>& tree);

/// Headers without `#pragma once` (but Highway's `-inl.h`), or whose first line is not a comment
/// that says what they are.
std::vector<std::string> headers_without_introduction(const std::vector<TextFile>& tree);

/// Source files of more than `limit` lines. Generated ones, whose first line says so, are not
/// code to read.
std::vector<std::string> long_files(const std::vector<TextFile>& tree, std::size_t limit);

/// Paths of one machine (home folders) and host names of package registries.
std::vector<std::string> machine_names(const std::vector<TextFile>& tree);

/// CMake commands that act on a whole folder, and source lists made by globbing.
std::vector<std::string> folder_wide_cmake(const std::vector<TextFile>& tree);

}  // namespace nmt::tree
