// How much memory a run will need, before it is too late.

#pragma once

#include <cstdint>

#include "nmt/config/training_config.h"

namespace nmt::train {

/// Trained values of a model, from its sizes alone: a model that does not fit into memory must be
/// refused before it is allocated. γ, a of ReZero and final norms are left
/// out.
int64_t approximate_parameters(const config::ModelConfig& model);

/// The most that `max-tokens auto` gives, whatever the memory.
inline constexpr int64_t kMostAutoTokens = 16384;

/// What the runs on a machine need together, in bytes.
struct MemoryNeed {
  int64_t training = 0;   ///< Of one process: estimate_memory().
  int64_t data = 0;       ///< Of one process: what it keeps of its text.
  int64_t processes = 1;  ///< Of the run, on this machine.

  int64_t total() const { return processes * (training + data); }
};

/// Estimated peak bytes of a training process, but for its text: values, gradients (one copy a
/// worker), optimizer state, activations of one micro-batch at `max-tokens` with sides of
/// `mean_length` pieces, logits; or, where that is more, a measurement of sharpness, by a rule of
/// thumb that has not been compared with runs. For models of width 64 to 512, one with
/// recomputation and all without sharpness, it was 1.2 to 1.4 times the measured peak.
int64_t estimate_memory(const config::TrainingConfig& config, int64_t parameters, int64_t workers,
                        int64_t mean_length);

/// Bytes of memory that this process may use: the machine's, or its container's if that is less;
/// 0 if unknown.
int64_t machine_memory();

/// What a run may take of `available` bytes: 90 %.
int64_t usable_memory(int64_t available);

/// Throws UsageError, with the remedy, if `need` is over usable_memory(`available`) (0: unknown).
void check_memory(const MemoryNeed& need, int64_t available);

}  // namespace nmt::train
