#include "nmt/stability/recent_losses.h"

#include <algorithm>
#include <cmath>

#include "data/text/error.h"
#include "nmt/stability/json_number.h"

namespace nmt::stability {

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

void RecentLosses::save(nlohmann::ordered_json& state) const {
  state["losses"] = json_numbers({losses_.begin(), losses_.end()});
  state["loss_updates"] = updates_;
}

void RecentLosses::restore(const nlohmann::ordered_json& state, int64_t update) {
  const std::vector<double> losses = numbers_from_json(state.at("losses"));
  losses_.assign(losses.begin(), losses.end());
  updates_.clear();
  const auto known = state.find("loss_updates");
  if (known != state.end()) {
    updates_ = known->get<std::deque<int64_t>>();
    if (updates_.size() != losses_.size()) {
      throw InputError("\"loss_updates\" has ", updates_.size(), " values, \"losses\" ",
                       losses_.size());
    }
    return;
  }
  for (size_t left = losses.size(); left-- > 0;) {
    updates_.push_back(update - static_cast<int64_t>(left));
  }
}

}  // namespace nmt::stability
