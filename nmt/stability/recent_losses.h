// RecentLosses: the last finite training losses of a run, which the rules on losses look at.

#pragma once

#include <cstdint>
#include <deque>
#include <nlohmann/json.hpp>
#include <vector>

namespace nmt::stability {

/// The middle value; of an even count, the mean of the two in the middle. `values` is not empty.
double median(std::vector<double> values);
double median(const std::deque<double>& values);

/// 1.4826 times the median distance from `centre`: the standard deviation if the values are normal.
double robust_deviation(const std::deque<double>& values, double centre);

class RecentLosses {
 public:
  /// Keeps the last `most`.
  explicit RecentLosses(int64_t most) : most_(most) {}

  /// The finite loss of `update`, later than those before.
  void add(int64_t update, double loss);

  bool empty() const { return losses_.empty(); }
  bool full() const { return static_cast<int64_t>(losses_.size()) == most_; }
  /// Oldest first, and the update of each.
  const std::deque<double>& losses() const { return losses_; }
  const std::deque<int64_t>& updates() const { return updates_; }

  /// Adds "losses" and "loss_updates" to `state`.
  void save(nlohmann::ordered_json& state) const;
  /// Puts back what save() wrote. A state from before there were "loss_updates" was saved after
  /// `update`: its losses are taken for those of the updates up to that one.
  void restore(const nlohmann::ordered_json& state, int64_t update);

 private:
  int64_t most_;
  std::deque<double> losses_;
  std::deque<int64_t> updates_;
};

}  // namespace nmt::stability
