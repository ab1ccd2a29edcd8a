#include "nmt/train/loss_of_batch.h"

#include "layers/kernels/packing.h"

namespace nmt::train {

layers::LossSums loss_of_batch(model::Transformer& model, const data::Batch& batch, int64_t eos_id,
                               double smoothing, const layers::ForwardContext& context) {
  const torch::Tensor features =
      model->features(batch.source, batch.source_lengths, data::decoder_input(batch.target, eos_id),
                      batch.target_lengths, context);
  const torch::Tensor targets =
      kernels::Packing(batch.target_lengths, batch.target.size(1)).pack(batch.target);
  return model->loss(features, targets, smoothing, context.backend);
}

}  // namespace nmt::train
