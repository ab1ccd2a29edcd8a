// The runs as the JSON block that the page's scripts draw from.

#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <vector>

#include "nmt/report/comparison.h"

namespace nmt::report {

/// How fine a page is. 0 columns leave the data out.
struct PageLimits {
  size_t curve_points = 600;    ///< Records of a run's curves.
  size_t heat_columns = 256;    ///< Blocks of a layer's heat maps.
  size_t head_columns = 128;    ///< Blocks of a head's curves.
  size_t matrix_columns = 128;  ///< Blocks of a weight matrix' curves.
};

/// What a page over so many runs begins with.
PageLimits limits_for(size_t runs);

/// Half as fine. False if nothing is left to halve.
bool halve(PageLimits& limits);

/// One object with "runs", in the order of `runs`; nmt/report/README.md names the keys.
/// `comparison` is of the same runs.
nlohmann::ordered_json page_data(const std::vector<Run>& runs, const Comparison& comparison,
                                 const PageLimits& limits);

}  // namespace nmt::report
