#include "nmt/stability/spike_rule.h"

#include <algorithm>
#include <utility>

#include "data/text/error.h"
#include "nmt/stability/json_number.h"

namespace nmt::stability {

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
                     .fields = {{"first_update", update},
                                {"loss", json_number(loss)},
                                {"median", json_number(centre)},
                                {"lowest_head", to_json(lowest)}}};
}

void SpikeRule::save(nlohmann::ordered_json& state) const {
  state["in_spike"] = in_spike_;
  state["spikes"] = spikes_;
}

void SpikeRule::restore(const nlohmann::ordered_json& state) {
  in_spike_ = state.at("in_spike").get<bool>();
  spikes_ = state.at("spikes").get<int64_t>();
}

}  // namespace nmt::stability
