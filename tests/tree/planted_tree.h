// A small tree in a temporary folder, in which the tests of the checks plant what must be found.

#pragma once

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "tests/tree/source_tree.h"

namespace nmt::tree {

class PlantedTree {
 public:
  PlantedTree() {
    std::string pattern = (std::filesystem::temp_directory_path() / "nmt-tree-XXXXXX").string();
    root_ = ::mkdtemp(pattern.data());
  }
  PlantedTree(const PlantedTree&) = delete;
  PlantedTree& operator=(const PlantedTree&) = delete;
  ~PlantedTree() {
    std::error_code ignored;
    std::filesystem::remove_all(root_, ignored);
  }

  /// Writes `text` to `path`, relative to the root of the tree.
  PlantedTree& add(const std::string& path, const std::string& text) {
    std::filesystem::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path) << text;
    return *this;
  }

  std::vector<TextFile> read() const { return read_tree(root_); }
  const std::filesystem::path& root() const { return root_; }

 private:
  std::filesystem::path root_;
};

}  // namespace nmt::tree
