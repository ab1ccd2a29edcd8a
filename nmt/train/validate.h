// Validation: loss over the whole valid set, BLEU over translations of its first segments.

#pragma once

#include <atomic>
#include <cstdint>
#include <optional>

#include "nmt/config/training_config.h"
#include "nmt/model/transformer.h"
#include "nmt/run_log/run_record.h"
#include "nmt/train/training_data.h"

namespace nmt::train {

/// Loss, nll and perplexity in nats a target piece, and BLEU unless no segments are to be
/// translated or the model does not end its translations (Translator::translate_unless_endless).
/// BLEU is that of what nmt-translate makes of the same segments. Changes nothing; no dropout.
/// `best` is left false. No value once `stop` is true, which is looked at before each batch.
/// Batches are dealt out to `config.threads` threads, whose number changes no bit. `data.valid`
/// must have a value.
std::optional<run_log::ValidRecord> validate(model::Transformer model, const TrainingData& data,
                                             const config::TrainingConfig& config, int64_t update,
                                             const std::atomic<bool>& stop);

}  // namespace nmt::train
