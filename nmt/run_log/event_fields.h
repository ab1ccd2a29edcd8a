// What the events "collapse" and "divergence" carry for scripts, EventRecord::fields, as plain
// structs. record_keys.h names their keys, keyed_json.h turns them into JSON and back.

#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "layers/attention_kind.h"
#include "nmt/run_log/layer_entropy.h"
#include "nmt/run_log/run_record.h"

namespace nmt::run_log {

/// Of "collapse": entropy collapse of one layer (collapse_rule.h).
struct CollapseFields {
  layers::AttentionKind kind = layers::AttentionKind::kEncoderSelf;
  int64_t layer = 0;                      ///< From 1.
  int64_t head = 0;                       ///< From 1: the head with the lowest mean H / ln n.
  int64_t first_update = 0;               ///< The first of the low ones in a row.
  double relative_entropy = kUnknown;     ///< When it was found.
  double reference = kUnknown;            ///< What it is low against.
  std::optional<std::string> loss;        ///< "falls", "low" or "stands"; none: not known.
  std::optional<double> nll_before, nll;  ///< Medians before the first low update, and now.
};

/// Of "divergence" (divergence_rule.h).
struct DivergenceFields {
  std::string cause;  ///< "non_finite_loss", "non_finite_gradient", "loss_rise", "ended_high".
  int64_t first_update = 0;
  double loss = kUnknown;                  ///< That of the update, or the median that is too high.
  std::optional<double> best_median;       ///< The lowest median so far; none before the first.
  std::optional<HeadEntropy> lowest_head;  ///< When it began; none: not tracked.
};

}  // namespace nmt::run_log
