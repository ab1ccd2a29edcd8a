#include "nmt/run_log/spike_rule.h"

#include <algorithm>
#include <utility>

#include "data/text/error.h"
#include "nmt/run_log/keyed_json.h"

namespace nmt::run_log {

std::optional<EventRecord> SpikeRule::observe(int64_t update, double loss,
                                              const RecentLosses& before,
                                              const std::optional<HeadEntropy>& lowest) {
  if (!before.full()) return std::nullopt;
  const double centre = median(before.losses());
  const double rise = std::max(rules_.spike_rise,
                               rules_.spike_deviations * robust_deviation(before.losses(), centre));
  const bool was_in_spike = std::exchange(in_spike_, loss > centre + rise);
  if (!in_spike_ || was_in_spike) return std::nullopt;
  ++spikes_;
  return EventRecord{.update = update,
                     .kind = "spike",
                     .message = concatenate("spike: the loss of update ", update, " is ", loss,
                                            ", the median before it ", centre),
                     .fields = {{kFirstUpdateKey, update},
                                {"loss", json_number(loss)},
                                {"median", json_number(centre)},
                                {"lowest_head", keyed::json_of(lowest)}}};
}

}  // namespace nmt::run_log
