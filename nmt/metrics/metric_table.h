// The metrics by name. A new one is a file pair, a field in MetricSettings and a row in
// metric_table.cpp.

#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "nmt/metrics/bleu.h"
#include "nmt/metrics/chrf.h"
#include "nmt/metrics/metric.h"
#include "nmt/metrics/ter.h"

namespace nmt::metrics {

/// The settings of every metric.
struct MetricSettings {
  BleuOptions bleu;
  ChrfOptions chrf;
  TerOptions ter;
};

/// Every name that make_metric() takes, in the order in which scores are printed.
std::vector<std::string> metric_names();

/// The metric called `name` with its references. Throws UsageError, listing the names, if there is
/// none; otherwise as make_bleu(), make_chrf(), make_ter().
std::unique_ptr<Metric> make_metric(std::string_view name, const MetricSettings& settings,
                                    std::span<const std::vector<std::string>> reference_streams);

}  // namespace nmt::metrics
