#include "nmt/metrics/metric_table.h"

#include "data/text/error.h"

namespace nmt::metrics {
namespace {

using Streams = std::span<const std::vector<std::string>>;

struct MetricRow {
  std::string_view name;
  std::unique_ptr<Metric> (*make)(const MetricSettings&, Streams);
};

constexpr MetricRow kMetrics[] = {
    {"bleu", [](const MetricSettings& settings, Streams s) { return make_bleu(settings.bleu, s); }},
    {"chrf", [](const MetricSettings& settings, Streams s) { return make_chrf(settings.chrf, s); }},
    {"ter", [](const MetricSettings& settings, Streams s) { return make_ter(settings.ter, s); }},
};

}  // namespace

std::vector<std::string> metric_names() {
  std::vector<std::string> names;
  for (const MetricRow& row : kMetrics) names.emplace_back(row.name);
  return names;
}

std::unique_ptr<Metric> make_metric(std::string_view name, const MetricSettings& settings,
                                    std::span<const std::vector<std::string>> reference_streams) {
  std::string known;
  for (const MetricRow& row : kMetrics) {
    if (row.name == name) return row.make(settings, reference_streams);
    known += (known.empty() ? "" : ", ") + std::string(row.name);
  }
  throw UsageError("unknown metric '", name, "'; known are ", known);
}

}  // namespace nmt::metrics
