// RecentLosses: the last finite training losses of a run, which the rules on losses look at.

#pragma once

#include <cstdint>
#include <deque>
#include <nlohmann/json.hpp>
#include <vector>

#include "nmt/run_log/record_keys.h"

namespace nmt::run_log {

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

  /// All of it.
  friend void each_key(Of<RecentLosses> auto& recent, auto&& visit) {
    visit("losses", recent.losses_);
    visit(kUpdatesKey, Younger{recent.updates_});
  }
  /// To be called with the state that was put back, which was saved after `update`: one from before
  /// there were updates in it has the losses of those up to that one. Throws InputError if there
  /// are not as many updates as losses.
  void date_losses(const nlohmann::ordered_json& state, int64_t update);

 private:
  static constexpr const char* kUpdatesKey = "loss_updates";

  int64_t most_;
  std::deque<double> losses_;
  std::deque<int64_t> updates_;
};

}  // namespace nmt::run_log
