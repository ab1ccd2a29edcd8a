// Who may include whom: one row a folder, and the check of every #include line against it.

#pragma once

#include <string>
#include <vector>

#include "tests/tree/source_tree.h"

namespace nmt::tree {

/// A row of the table.
struct IncludeRule {
  /// A folder, or a pattern of file names such as `layers/*_kind.*`. The row with the longest name
  /// that fits a file is the file's.
  std::string files;
  /// What those files may include besides each other: rows by their name (which does not permit
  /// rows below it), single files, patterns of files; "*" is everything.
  std::vector<std::string> includes;
  /// Third-party libraries by name; "*" is all.
  std::vector<std::string> libraries;
};

/// The table, in dependency order: a row includes only what stands above it.
const std::vector<IncludeRule>& include_rules();

/// One message for every forbidden #include: `nmt/cli/flags.h:12: nmt/cli may not include layers
/// ("layers/linear.h")`. Also reported: a quoted name that is not a file from the root, a file in a
/// folder without a row, and a third-party header of a library without a name in the table.
std::vector<std::string> forbidden_includes(const std::vector<TextFile>& tree);

/// One message for every permission of the table that no file uses, so that what the table allows
/// is what the sources do.
std::vector<std::string> unused_permissions(const std::vector<TextFile>& tree);

/// One message for every permission that names a row which does not stand above its own.
std::vector<std::string> rows_out_of_order();

}  // namespace nmt::tree
