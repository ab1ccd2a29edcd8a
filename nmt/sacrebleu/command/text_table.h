// Tables as the Python package tabulate 0.10.0 draws them ("fancy_grid" and "latex_booktabs"), as
// far as sacreBLEU uses it: a header, the first column flush right, the others centred.
//
// A column whose cells all look like numbers to Python is printed as numbers, whatever they stand
// for: systems called "1" and "2.50" become "1.0" and "2.5" where one decimal is asked for.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace nmt::sacrebleu {

struct TextTable {
  struct Column {
    std::string header;
    std::vector<std::string> cells;  ///< May have several lines and colours.
  };

  std::vector<Column> columns;  ///< All of the same length, at least one.
  int64_t decimals = 1;         ///< Of cells that are numbers.
  /// Whether "1,000.5" is reprinted as a number; tabulate does so only where there are no colours.
  bool commas_are_numbers = false;
};

/// Framed with box-drawing characters; no final newline.
std::string fancy_grid(TextTable table);

/// A LaTeX tabular with booktabs rules; no final newline.
std::string latex_booktabs(TextTable table);

}  // namespace nmt::sacrebleu
