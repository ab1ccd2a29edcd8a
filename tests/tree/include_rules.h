// Who may include whom: one row a folder, and the check of every #include line against it.

#pragma once

#include <string>
#include <vector>

#include "tests/tree/source_tree.h"

namespace nmt::tree {

/// One message for every forbidden #include: `nmt/cli/flags.h:12: nmt/cli may not include layers
/// ("layers/linear.h")`. Also reported: a quoted name that is not a file from the root, a file in a
/// folder without a row, and a third-party header of a library without a name in the table.
std::vector<std::string> forbidden_includes(const std::vector<TextFile>& tree);

}  // namespace nmt::tree
