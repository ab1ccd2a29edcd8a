#include "nmt/run_log/divergence_rule.h"

#include <cmath>
#include <string>
#include <utility>

#include "data/text/error.h"
#include "nmt/run_log/event_fields.h"
#include "nmt/run_log/keyed_json.h"

namespace nmt::run_log {
namespace {

using nlohmann::ordered_json;

// The update of the first loss after `reference_update` that is above `limit`; the last one's where
// the median is above it for other losses having left.
int64_t beginning_of_rise(const RecentLosses& losses, int64_t reference_update, double limit) {
  for (size_t i = 0; i < losses.losses().size(); ++i) {
    if (losses.updates()[i] <= reference_update || losses.losses()[i] <= limit) continue;
    return losses.updates()[i];
  }
  return losses.updates().back();
}

}  // namespace

std::optional<EventRecord> DivergenceRule::observe_finiteness(
    int64_t update, double loss, double gradient_norm, const std::optional<HeadEntropy>& lowest) {
  if (std::isfinite(loss) && std::isfinite(gradient_norm)) return std::nullopt;
  const bool of_loss = !std::isfinite(loss);
  bool& reported = of_loss ? non_finite_loss_ : non_finite_gradient_;
  if (std::exchange(reported, true)) return std::nullopt;
  return EventRecord{
      .update = update,
      .kind = "divergence",
      .message = of_loss ? concatenate("divergence: the loss of update ", update, " is ", loss)
                         : concatenate("divergence: the gradient norm of update ", update, " is ",
                                       gradient_norm, ", its loss ", loss),
      .fields =
          object_of(DivergenceFields{.cause = of_loss ? "non_finite_loss" : "non_finite_gradient",
                                     .first_update = update,
                                     .loss = loss,
                                     .best_median = reference_,
                                     .lowest_head = lowest})};
}

std::optional<EventRecord> DivergenceRule::observe_losses(
    int64_t update, const RecentLosses& losses, const std::optional<HeadEntropy>& lowest) {
  median_ = median(losses.losses());
  if (!reference_ || *median_ < *reference_) {
    reference_ = median_;
    reference_update_ = update;
  }
  const double limit = *reference_ + rules_.divergence_rise;
  if (*median_ <= limit) {
    high_updates_ = 0;
    return std::nullopt;
  }
  if (high_updates_++ == 0) {
    first_high_update_ = beginning_of_rise(losses, reference_update_, limit);
    lowest_at_rise_ = lowest;
  }
  if (risen_ || high_updates_ < rules_.divergence_updates) return std::nullopt;
  risen_ = true;
  return rise(update, "loss_rise");
}

std::optional<EventRecord> DivergenceRule::finish(int64_t update) {
  if (risen_ || high_updates_ == 0) return std::nullopt;
  ended_high_ = true;
  return rise(update, "ended_high");
}

EventRecord DivergenceRule::rise(int64_t update, const std::string& cause) const {
  const bool ended = cause == "ended_high";
  const double loss = median_.value_or(*reference_);  // Older states lack the median.
  return {.update = update,
          .kind = "divergence",
          .message = concatenate(
              "divergence: ", ended ? "the run ended with a median loss of " : "median loss ", loss,
              ", above the best median ", *reference_, " by more than ", rules_.divergence_rise,
              rules_.divergence_rise == 1.0 ? " nat" : " nats", "; it rose at update ",
              first_high_update_),
          .fields = object_of(DivergenceFields{.cause = cause,
                                               .first_update = first_high_update_,
                                               .loss = loss,
                                               .best_median = reference_,
                                               .lowest_head = lowest_at_rise_})};
}

}  // namespace nmt::run_log
