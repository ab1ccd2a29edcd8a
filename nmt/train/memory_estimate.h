// How much memory a run will need, before it is too late.

#pragma once

#include <cstdint>

#include "nmt/config/training_config.h"

namespace nmt::train {

/// Trained values of a model, from its sizes alone: a model that does not fit into memory must be
/// refused before it is allocated. γ, a of ReZero and final norms are left
/// out.
int64_t approximate_parameters(const config::ModelConfig& model);

/// Estimated peak bytes of a training process: values, gradients (one copy a worker), optimizer
/// state, activations of one micro-batch at `max-tokens` with sides of `mean_length` pieces,
/// logits; or, where that is more, a measurement of sharpness, by a rule of thumb that has not been
/// compared with runs. For models of width 64 to 512, one with recomputation and all without
/// sharpness, it was 1.2 to 1.4 times the measured peak.
int64_t estimate_memory(const config::TrainingConfig& config, int64_t parameters, int64_t workers,
                        int64_t mean_length);

/// Bytes of memory that this process may use: the machine's, or its container's if that is less;
/// 0 if unknown.
int64_t machine_memory();

/// Throws UsageError, with the remedy, if `estimate` is over 90 % of `available` (0: unknown).
void check_memory(int64_t estimate, int64_t available);

}  // namespace nmt::train
