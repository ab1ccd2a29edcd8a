// The project's files as the tests of the tree see them.

#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace nmt::tree {

struct TextFile {
  std::string path;                ///< From the root, with '/'.
  std::vector<std::string> lines;  ///< Without their line ends.

  std::string folder() const;  ///< "nmt/cli"; empty at the root.
  std::string name() const;    ///< "flags.h"
  std::string stem() const;    ///< "flags"
  bool is_source() const;      ///< A header, .cpp or .cu
  bool is_header() const;      ///< .h or .cuh
  bool is_test() const;        ///< X_test.cpp
};

/// The paths, from `root`, of the files at the root and below data, layers, nmt, configs, tools,
/// tests, .ci and .github; sorted.
std::vector<std::string> project_files(const std::filesystem::path& root);

/// Those of them that are text, sorted by path. Left out: tests/golden (recorded material).
std::vector<TextFile> read_tree(const std::filesystem::path& root);

/// The same lines with comments removed and the contents of string and character literals blanked,
/// so that a word in prose is not taken for a call. Line count is kept.
std::vector<std::string> code_lines(const TextFile& file);

/// One message a line, for a failure that a reader can work through.
std::string in_lines(const std::vector<std::string>& messages);

/// "nmt/cli/flags.h:12: "
std::string place(const TextFile& file, std::size_t line_index);

/// True if `path` is `folder` or lies below it.
bool is_below(const std::string& path, const std::string& folder);

}  // namespace nmt::tree
