// The run's first record: the effective configuration and what follows from it. Maintainers ask for
// just these facts first when a deep model fails to train.

#pragma once

#include "nmt/config/training_config.h"
#include "nmt/model/transformer.h"
#include "nmt/run_log/run_record.h"
#include "nmt/train/training_data.h"

namespace nmt::train {

/// α, β, γ₀, initial scales and learned residual factors, parameter count, memory estimate, counts
/// of the data. `unigram_nll` is that of the training targets.
run_log::ConfigRecord start_record(const config::TrainingConfig& config, model::Transformer model,
                                   const TrainingData& data, double unigram_nll);

}  // namespace nmt::train
