#include "nmt/run_log/plateau_rule.h"

#include "data/text/error.h"
#include "nmt/run_log/json_number.h"

namespace nmt::run_log {

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
