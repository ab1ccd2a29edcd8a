#include "nmt/run_log/recent_losses.h"

#include <algorithm>
#include <cmath>

#include "data/text/error.h"

namespace nmt::run_log {

double median(std::vector<double> values) {
  std::ranges::sort(values);
  const size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2.0;
}

double median(const std::deque<double>& values) {
  return median(std::vector<double>(values.begin(), values.end()));
}

double robust_deviation(const std::deque<double>& values, double centre) {
  std::vector<double> distances;
  for (const double value : values) distances.push_back(std::abs(value - centre));
  return 1.4826 * median(std::move(distances));
}

void RecentLosses::add(int64_t update, double loss) {
  if (full()) {
    losses_.pop_front();
    updates_.pop_front();
  }
  losses_.push_back(loss);
  updates_.push_back(update);
}

void RecentLosses::date_losses(const nlohmann::ordered_json& state, int64_t update) {
  if (state.contains(kUpdatesKey)) {
    if (updates_.size() == losses_.size()) return;
    throw InputError("\"", kUpdatesKey, "\" has ", updates_.size(), " values for ", losses_.size(),
                     " losses");
  }
  for (size_t left = losses_.size(); left-- > 0;) {
    updates_.push_back(update - static_cast<int64_t>(left));
  }
}

}  // namespace nmt::run_log
