// SharpnessProbe measures the curvature of the training loss at the weights of the moment
// (nmt/stability/sharpness.h): no dropout, label smoothing as in training, weight decay left out,
// on the same few training pairs throughout a run.
//
// It works on a copy of the model, with the reference backend, which alone has second derivatives,
// and draws from a generator of its own: training goes on as if nothing had been measured.

#pragma once

#include <cstdint>
#include <vector>

#include "data/batch.h"
#include "data/parallel_corpus.h"
#include "nmt/config/training_config.h"
#include "nmt/model/transformer.h"
#include "nmt/optim/optimizer.h"
#include "nmt/stability/sharpness.h"

namespace nmt::train {

/// Pairs of `corpus` with `target_tokens` target pieces in all, or just below (at least one pair),
/// drawn by `seed`; in batches of like lengths.
std::vector<data::Batch> sharpness_sample(const data::ParallelCorpus& corpus, int64_t target_tokens,
                                          uint64_t seed);

class SharpnessProbe {
 public:
  /// Measures on `sample`.
  SharpnessProbe(const config::TrainingConfig& config, std::vector<data::Batch> sample);

  /// λ and λ_P of `model` (which is left as it is; the update is left open), P from the state of
  /// its optimizer (nmt/optim/preconditioner.h). On the CPU, in the default dtype, in the calling
  /// thread and LibTorch's own.
  run_log::SharpnessRecord measure(model::Transformer& model,
                                   const optim::NamedTensors& state) const;

 private:
  torch::Tensor loss(model::Transformer& model) const;

  config::OptimizationConfig optimization_;
  stability::LanczosOptions lanczos_;
  std::vector<data::Batch> sample_;
  int64_t target_tokens_ = 0;
};

}  // namespace nmt::train
