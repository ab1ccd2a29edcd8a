// TER, translation edit rate: how many words must be inserted, deleted, replaced, and phrases
// moved, to turn the hypothesis into the reference.
//
//     TER = 100 · edits / average length of the references          (lower is better)
//
// Of several references the one with the fewest edits counts. Only empty references: 100 if there
// is anything to delete, else 0.
//
// Source: Snover et al., AMTA 2006. Every number is that of sacreBLEU 2.6.0 to the last bit.

#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "nmt/metrics/metric.h"
#include "nmt/metrics/tokenizers/tercom.h"

namespace nmt::metrics {

using TerOptions = TercomOptions;

/// TER as a Metric. The streams must outlive it.
std::unique_ptr<Metric> make_ter(const TerOptions& options,
                                 std::span<const std::vector<std::string>> reference_streams);

}  // namespace nmt::metrics
