// The mean of numbers as Python's statistics.mean() gives it: the exact sum, divided exactly,
// rounded once.

#pragma once

#include <span>

namespace nmt::metrics {

/// Mean of at least one number, none negative; not a number or infinite if one of them is.
double exact_mean(std::span<const double> values);

}  // namespace nmt::metrics
