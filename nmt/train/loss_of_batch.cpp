#include "nmt/train/loss_of_batch.h"

#include "layers/kernels/packing.h"

namespace nmt::train {

layers::LossSums loss_of_batch(model::Transformer& model, const data::Batch& batch, int64_t eos_id,
                               double smoothing, const layers::ForwardContext& context) {
  const torch::Device device = model->device();
  const torch::Tensor input = data::decoder_input(batch.target, eos_id);
  const torch::Tensor features = model->features(
      batch.source.to(device), batch.source_lengths, input.to(device), batch.target_lengths,
      context, {.source = batch.source_tokens_before, .target = batch.target_tokens_before});
  const torch::Tensor targets =
      kernels::Packing(batch.target_lengths, batch.target.size(1)).pack(batch.target);
  return model->loss(features, targets.to(device), smoothing, context.backend);
}

}  // namespace nmt::train
