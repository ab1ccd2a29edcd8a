// The table of a comparison, as cells of text, for a terminal and as HTML.

#pragma once

#include <string>
#include <vector>

#include "nmt/report/comparison.h"

namespace nmt::report {

/// One cell: what people read, and a number to sort by (NaN: at the end) where text would not do.
struct TableCell {
  std::string text;
  double sort = kNoValue;
};

struct TableColumn {
  std::string heading, explanation;
  bool numeric = true;
  bool in_terminal = true;  ///< Whether it stands in the short table, too.
};

struct ComparisonTable {
  std::vector<TableColumn> columns;
  std::vector<std::vector<TableCell>> rows;
};

/// `comparison` as text in cells. A mean over several seeds comes with its deviation, a single
/// seed's value without.
ComparisonTable comparison_table(const Comparison& comparison);

/// The short table for a terminal, columns apart by two spaces.
std::string as_text(const ComparisonTable& table);

/// The table as HTML; every text escaped.
std::string as_html(const ComparisonTable& table);

}  // namespace nmt::report
