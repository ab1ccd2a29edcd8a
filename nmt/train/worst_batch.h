// The micro-batch of an epoch that takes the most memory, tried before the first update: what does
// not fit shows itself in the first minute, not after hours.

#pragma once

#include <cstdint>

#include "data/batch_plan.h"
#include "nmt/config/training_config.h"
#include "nmt/train/train_step.h"
#include "nmt/train/training_data.h"

namespace nmt::train {

/// Index of the batch of `plan` whose largest slice (update_slices.h) has the most pieces of both
/// sides together, with `config.threads` workers; the first of equals.
int64_t worst_batch(const data::BatchPlan& plan, const data::ParallelCorpus& corpus,
                    const config::TrainingConfig& config);

/// Runs that batch of `data.train` through `step`, which changes nothing (TrainStep::rehearse).
/// Throws InputError if memory is refused, naming the batch's longest pair and the remedy. Segments
/// that are sampled anew (subword-sampling) can become longer than the batch that is tried.
void try_worst_batch(TrainStep& step, const data::BatchPlan& plan, const TrainingData& data,
                     const config::TrainingConfig& config);

}  // namespace nmt::train
