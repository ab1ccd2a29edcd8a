#include "nmt/report/thinned_curve.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace nmt::report {
namespace {

// Adds what the stretch [begin, end) of `values` must keep.
void keep_extremes(const std::vector<double>& values, size_t begin, size_t end,
                   std::set<size_t>& kept) {
  size_t smallest = end, largest = end, odd = end;
  for (size_t i = begin; i < end; ++i) {
    if (!std::isfinite(values[i])) {
      odd = std::min(odd, i);
      continue;
    }
    if (smallest == end || values[i] < values[smallest]) smallest = i;
    if (largest == end || values[i] > values[largest]) largest = i;
  }
  for (const size_t index : {smallest, largest, odd}) {
    if (index != end) kept.insert(index);
  }
}

}  // namespace

std::vector<size_t> thinned_records(const std::vector<std::vector<double>>& series, size_t limit) {
  const size_t records = series.empty() ? 0 : series[0].size();
  std::set<size_t> kept;
  if (records <= limit) {
    for (size_t i = 0; i < records; ++i) kept.insert(kept.end(), i);
    return {kept.begin(), kept.end()};
  }
  const size_t per_stretch = 3 * series.size();
  const size_t stretches = std::max<size_t>(1, (limit - std::min<size_t>(2, limit)) / per_stretch);
  kept = {0, records - 1};
  for (size_t k = 0; k < stretches; ++k) {
    const size_t begin = records * k / stretches, end = records * (k + 1) / stretches;
    for (const std::vector<double>& values : series) keep_extremes(values, begin, end, kept);
  }
  return {kept.begin(), kept.end()};
}

}  // namespace nmt::report
