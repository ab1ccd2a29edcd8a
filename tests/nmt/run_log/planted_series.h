// Hand-made series of entropies and losses, put through the StabilityMonitor.

#pragma once

#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "nmt/run_log/stability_monitor.h"

namespace nmt::run_log::testing {

inline constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
inline constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// Update → value.
using Series = std::function<double(int64_t)>;

/// One layer with a mean relative entropy of `value`; its lowest head is the third, at half of it.
inline LayerEntropy layer_at(double value,
                             layers::AttentionKind kind = layers::AttentionKind::kEncoderSelf,
                             int64_t layer = 1) {
  return {.kind = kind,
          .layer = layer,
          .entropy = value,
          .relative_entropy = value,
          .lowest_head = 3,
          .lowest_head_entropy = value / 2.0};
}

inline void append(std::vector<EventRecord> more, std::vector<EventRecord>& events) {
  for (EventRecord& event : more) events.push_back(std::move(event));
}

inline std::vector<EventRecord> of_kind(const std::vector<EventRecord>& events,
                                        const std::string& kind) {
  std::vector<EventRecord> chosen;
  for (const EventRecord& event : events) {
    if (event.kind == kind) chosen.push_back(event);
  }
  return chosen;
}

/// All events of updates 1..count with the given relative entropy of one layer; the loss stands.
inline std::vector<EventRecord> run_entropy(StabilityMonitor& monitor, int64_t count,
                                            const Series& value) {
  std::vector<EventRecord> events;
  for (int64_t update = 1; update <= count; ++update) {
    const std::vector<LayerEntropy> entropies = {layer_at(value(update))};
    append(monitor.observe({.update = update, .loss = 1.0, .nll = kNan, .entropies = entropies}),
           events);
  }
  return events;
}

/// The events of one kind in updates 1..count with the given loss, which is the nll too.
inline std::vector<EventRecord> run_loss(StabilityMonitor& monitor, int64_t count,
                                         const Series& loss,
                                         const std::string& kind = "divergence") {
  std::vector<EventRecord> events;
  for (int64_t update = 1; update <= count; ++update) {
    append(monitor.observe({.update = update, .loss = loss(update), .nll = loss(update)}), events);
  }
  return of_kind(events, kind);
}

}  // namespace nmt::run_log::testing
