// Every folder is explained by a README that names its files.

#pragma once

#include <string>
#include <vector>

#include "tests/tree/source_tree.h"

namespace nmt::tree {

/// Messages for folders of data, layers, nmt, configs and tools without a README.md of their own,
/// for files that the README of their folder does not name, and for READMEs that name a file which
/// is gone. A pair X.h, X.cpp is named by its stem X. Below tools, tests, .ci and .github the
/// README nearest above a folder serves, too; below tests only helpers need a name, X_test.cpp do
/// not.
std::vector<std::string> unlisted_files(const std::vector<TextFile>& tree);

/// Messages for folders of recorded material below tests/golden without SOURCE.md, which says where
/// the material comes from; `root` is the project's folder.
std::vector<std::string> golden_without_source(const std::filesystem::path& root);

}  // namespace nmt::tree
