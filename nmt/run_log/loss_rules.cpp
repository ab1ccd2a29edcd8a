#include "nmt/run_log/loss_rules.h"

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

std::optional<EventRecord> PlateauRule::observe(int64_t update, double median_loss) {
  if (!first_median_) first_median_ = median_loss;
  if (!level_ || median_loss < *level_ - rules_.plateau_fall) {
    level_ = median_loss;
    level_update_ = update;
    on_plateau_ = false;
  }
  const bool idle = update - level_update_ >= rules_.plateau_updates;
  if (on_plateau_ || !idle || median_loss <= rules_.plateau_level * *first_median_) {
    return std::nullopt;
  }
  on_plateau_ = true;
  return EventRecord{
      .update = update,
      .kind = "plateau",
      .message = concatenate("plateau: median loss ", median_loss, ", was ", *level_, " at update ",
                             level_update_, " and ", *first_median_, " at first"),
      .fields = {{kFirstUpdateKey, level_update_},
                 {"loss", json_number(median_loss)},
                 {"level", json_number(level_)},
                 {"first_median", json_number(first_median_)}}};
}

}  // namespace nmt::run_log
