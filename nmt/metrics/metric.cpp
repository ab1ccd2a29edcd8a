#include "nmt/metrics/metric.h"

#include "data/base/thread_pool.h"
#include "data/text/error.h"

namespace nmt::metrics {
namespace {

void check_reference_streams(size_t segments, std::span<const std::vector<std::string>> streams) {
  if (streams.empty()) throw InputError("scoring needs at least one reference stream");
  for (size_t k = 0; k < streams.size(); ++k) {
    if (streams[k].size() == segments) continue;
    throw InputError("reference stream ", k + 1, " has ", streams[k].size(),
                     " segments, but there are ", segments,
                     " hypotheses: segment i of one must translate segment i of the other");
  }
}

}  // namespace

std::string Metric::details(std::span<const double>) const {
  return "";
}

StatisticsTable Metric::statistics(std::span<const std::string> hypotheses, int64_t threads) const {
  check_reference_streams(hypotheses.size(), streams_);
  StatisticsTable table(hypotheses.size(), columns());
  base::for_each_block(hypotheses.size(), threads, [&](size_t begin, size_t end) {
    const std::unique_ptr<SegmentCounter> counter = make_counter();
    std::vector<std::string_view> references(streams_.size());
    for (size_t i = begin; i < end; ++i) {
      for (size_t k = 0; k < streams_.size(); ++k) references[k] = streams_[k][i];
      counter->count(hypotheses[i], references, table.row(i));
    }
  });
  return table;
}

}  // namespace nmt::metrics
