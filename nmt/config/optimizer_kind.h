// The optimizers by name, and what the memory estimate must know of each; one row for each. Their
// update rules: nmt/optim.

#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "data/text/named_table.h"

namespace nmt::config {

enum class OptimizerKind { kAdam, kAdamW, kSgd, kAdagrad, kLars, kLamb, kLion };

struct OptimizerRow {
  OptimizerKind kind;
  std::string_view name;
  int64_t state_tensors;  ///< Tensors of a parameter's shape that are kept for each, at most.
};

inline constexpr std::array kOptimizerRows = {
    OptimizerRow{OptimizerKind::kAdam, "adam", 2},
    OptimizerRow{OptimizerKind::kAdamW, "adamw", 2},
    OptimizerRow{OptimizerKind::kSgd, "sgd", 1},
    OptimizerRow{OptimizerKind::kAdagrad, "adagrad", 1},
    OptimizerRow{OptimizerKind::kLars, "lars", 1},
    OptimizerRow{OptimizerKind::kLamb, "lamb", 2},
    OptimizerRow{OptimizerKind::kLion, "lion", 1},
};

/// Tensors that an optimizer keeps for each parameter, at most; `momentum` is sgd's.
constexpr int64_t optimizer_state_tensors(OptimizerKind optimizer, double momentum) {
  if (optimizer == OptimizerKind::kSgd && momentum == 0.0) return 0;
  return row_of(kOptimizerRows, optimizer).state_tensors;
}

}  // namespace nmt::config
