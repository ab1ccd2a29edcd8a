// The table of folders in nmt/README.md says who includes whom as the include rules do.

#pragma once

#include <string>
#include <vector>

#include "tests/tree/source_tree.h"

namespace nmt::tree {

/// The rows of that table but for their last cell, which is prose: folder, what it includes, its
/// libraries. One row for every include rule but that of the tests, in the same order.
std::vector<std::string> printed_rows();

/// A message for every row of nmt/README.md in `tree` that does not begin as printed, and for rows
/// that are missing or too many.
std::vector<std::string> stale_dependency_rows(const std::vector<TextFile>& tree);

}  // namespace nmt::tree
