// The loss of one batch under a model: what training minimises and validation reports.

#pragma once

#include "data/batch.h"
#include "layers/embedding.h"
#include "layers/forward_context.h"
#include "nmt/model/transformer.h"

namespace nmt::train {

/// On the model's device; the batch lies on the CPU. Sums over the batch's real target pieces, in
/// nats. `eos_id` starts the decoder's input.
layers::LossSums loss_of_batch(model::Transformer& model, const data::Batch& batch, int64_t eos_id,
                               double smoothing, const layers::ForwardContext& context);

}  // namespace nmt::train
