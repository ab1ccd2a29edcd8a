#include "nmt/train/loss_of_batch.h"

namespace nmt::train {
namespace {

// Indices of the real target pieces in a flattened [B, T]; undefined when there is no padding.
torch::Tensor real_pieces(const data::Batch& batch) {
  const int64_t longest = batch.target.size(1);
  if (batch.target_tokens() == batch.size() * longest) return {};
  const torch::Tensor real =
      torch::arange(longest).unsqueeze(0) < batch.target_lengths.unsqueeze(1);
  return real.flatten().nonzero().squeeze(1);
}

}  // namespace

layers::LossSums loss_of_batch(model::Transformer& model, const data::Batch& batch, int64_t eos_id,
                               double smoothing, const layers::ForwardContext& context) {
  const torch::Tensor memory = model->encode(batch.source, batch.source_lengths, context);
  torch::Tensor features = model
                               ->decode(data::decoder_input(batch.target, eos_id),
                                        batch.target_lengths, memory, batch.source_lengths, context)
                               .flatten(0, 1);
  torch::Tensor targets = batch.target.flatten();
  if (const torch::Tensor real = real_pieces(batch); real.defined()) {
    features = features.index_select(0, real);
    targets = targets.index_select(0, real);
  }
  return model->loss(features, targets, smoothing, context.backend);
}

}  // namespace nmt::train
