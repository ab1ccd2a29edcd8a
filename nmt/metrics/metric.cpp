#include "nmt/metrics/metric.h"

#include "data/text/error.h"

namespace nmt::metrics {

std::string Metric::details(std::span<const double>) const {
  return "";
}

void check_reference_streams(size_t segments, std::span<const std::vector<std::string>> streams) {
  if (streams.empty()) throw InputError("scoring needs at least one reference stream");
  for (size_t k = 0; k < streams.size(); ++k) {
    if (streams[k].size() == segments) continue;
    throw InputError("reference stream ", k + 1, " has ", streams[k].size(),
                     " segments, but there are ", segments,
                     " hypotheses: segment i of one must translate segment i of the other");
  }
}

}  // namespace nmt::metrics
