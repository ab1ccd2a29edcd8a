// The learning rate of every update. With p the peak, w the warm-up updates and u the update:
//
//     inverse-sqrt   p · min(u/w, √(w/u))        constant   p · min(u/w, 1)
//
// Both rise linearly and reach p at update w. Source of inverse-sqrt: Vaswani et al. 2017,
// arXiv:1706.03762, section 5.3, written with the peak in place of 1/√(D w).
// A new schedule is a function and a row in lr_schedule.cpp, and its name in
// nmt/config/optimizer_names.h.

#pragma once

#include <cstdint>

#include "nmt/config/training_config.h"

namespace nmt::optim {

/// The learning rate of `update`, counted from 1. Throws UsageError if `config.lr_schedule` is
/// unknown.
double learning_rate(const config::OptimizationConfig& config, int64_t update);

}  // namespace nmt::optim
