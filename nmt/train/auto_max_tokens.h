// `max-tokens auto`: the largest micro-batch that the machine's memory holds.

#pragma once

#include <cstdint>

#include "nmt/config/training_config.h"
#include "nmt/train/training_data.h"

namespace nmt::train {

/// The largest of 16384, 12288, 8192, 6144, ... (powers of two, and one and a half times) with
/// which a run on `data` is estimated to take at most 80 % of `available` bytes (0: unknown, 4096
/// at most): the rest is reserve. At least max-length, so that the longest pair fits.
/// `config` must be fitted to the data and have its threads. Throws UsageError, with the remedy, if
/// not even max-length pieces fit.
int64_t auto_max_tokens(const config::TrainingConfig& config, const TrainingData& data,
                        int64_t available);

/// Gives a `config` with max-tokens auto that number for this machine; leaves any other as it is.
/// Throws UsageError as well if it trains on a GPU, whose memory is not estimated.
void settle_max_tokens(config::TrainingConfig& config, const TrainingData& data);

}  // namespace nmt::train
