#include "nmt/run_log/stability_monitor.h"

#include <cmath>
#include <string>
#include <utility>

#include "data/text/error.h"
#include "nmt/run_log/keyed_json.h"

namespace nmt::run_log {
namespace {

using nlohmann::ordered_json;

std::optional<HeadEntropy> lowest_head(std::span<const LayerEntropy> entropies) {
  std::optional<HeadEntropy> lowest;
  for (const LayerEntropy& layer : entropies) {
    if (lowest && !(layer.lowest_head_entropy < lowest->relative_entropy)) continue;
    lowest = {.kind = layer.kind,
              .layer = layer.layer,
              .head = layer.lowest_head,
              .relative_entropy = layer.lowest_head_entropy};
  }
  return lowest;
}

void append(std::optional<EventRecord> event, std::vector<EventRecord>& events) {
  if (event) events.push_back(std::move(*event));
}

std::string status_of(const EndRecord& end) {
  if (end.diverged) return "diverged";
  if (end.collapsed) return "collapsed";
  if (!end.learnt) return "not_judged";
  if (!*end.learnt) return "did_not_learn";
  return end.plateau ? "plateau" : "ok";
}

}  // namespace

StabilityMonitor::StabilityMonitor(const StabilityRules& rules)
    : rules_(rules),
      losses_(rules.median_updates),
      collapse_(rules),
      divergence_(rules),
      spike_(rules),
      plateau_(rules),
      learning_(rules) {}

std::vector<EventRecord> StabilityMonitor::observe(const Observation& seen) {
  std::vector<EventRecord> events;
  NllCourse nll = {.before = learning_.recent_nll(), .now = std::nullopt};
  learning_.observe(seen.update, seen.nll);
  nll.now = learning_.recent_nll();
  for (const LayerEntropy& entropy : seen.entropies) {
    append(collapse_.observe(seen.update, entropy, nll), events);
  }
  if (!seen.entropies.empty()) lowest_ = lowest_head(seen.entropies);
  append(divergence_.observe_finiteness(seen.update, seen.loss, seen.gradient_norm, lowest_),
         events);
  if (std::isfinite(seen.loss)) observe_loss(seen, events);
  return events;
}

void StabilityMonitor::observe_loss(const Observation& seen, std::vector<EventRecord>& events) {
  append(spike_.observe(seen.update, seen.loss, losses_, lowest_), events);
  losses_.add(seen.update, seen.loss);
  append(divergence_.observe_losses(seen.update, losses_, lowest_), events);
  if (losses_.full()) append(plateau_.observe(seen.update, median(losses_.losses())), events);
}

std::optional<EventRecord> StabilityMonitor::finish(int64_t update) {
  finished_ = true;
  return divergence_.finish(update);
}

EndRecord StabilityMonitor::verdict(int64_t update) const {
  EndRecord end{.update = update,
                .collapsed = collapse_.collapsed(),
                .diverged = divergence_.diverged(),
                .plateau = plateau_.on_plateau(),
                .learnt = finished_ ? learning_.learnt(update) : std::nullopt,
                .spikes = spike_.spikes()};
  end.status = status_of(end);
  return end;
}

ordered_json StabilityMonitor::state() const {
  return object_of(*this);
}

void StabilityMonitor::restore(const ordered_json& state, int64_t update) {
  StabilityMonitor restored(rules_);
  each_key(restored, [&]<class Member>(const char* key, Member&& member) {
    if (!keyed::IsYounger<Member> && !state.contains(key)) {
      throw InputError("the state of the stability rules lacks \"", key, "\"");
    }
    keyed::take_key(state, key, member);
  });
  restored.losses_.date_losses(state, update);
  if (state.contains("nll")) restored.learning_.date_losses(state["nll"], update);
  *this = std::move(restored);
}

}  // namespace nmt::run_log
