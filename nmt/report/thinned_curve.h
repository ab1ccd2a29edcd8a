// Down-sampling of curves: which records of a run are drawn, so that no peak is lost.

#pragma once

#include <cstddef>
#include <vector>

namespace nmt::report {

/// Indices into the series, ascending: all of them if there are at most `limit`. Otherwise the
/// records are cut into stretches of equal length, and each keeps its smallest and largest finite
/// value of every series, and its first non-finite one; the first and last record are always kept.
/// At most `limit` indices, if that is at least 2 + 3 * series. All series have the same length.
std::vector<size_t> thinned_records(const std::vector<std::vector<double>>& series, size_t limit);

}  // namespace nmt::report
