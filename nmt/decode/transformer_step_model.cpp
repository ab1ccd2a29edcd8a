#include "nmt/decode/transformer_step_model.h"

#include "layers/forward_context.h"

namespace nmt::decode {
namespace {

bool keeps_all_rows(const torch::Tensor& parents, int64_t rows) {
  return parents.size(0) == rows && torch::equal(parents, torch::arange(rows));
}

}  // namespace

TransformerStepModel::TransformerStepModel(model::Transformer model, const torch::Tensor& source,
                                           const torch::Tensor& source_lengths)
    : model_(std::move(model)),
      device_(model_->parameters().front().device()),
      sentences_(source.size(0)),
      rows_(sentences_) {
  const torch::NoGradGuard no_grad;
  const torch::Tensor lengths = source_lengths.to(device_);
  const torch::Tensor memory =
      model_->encode(source.to(device_), lengths, layers::ForwardContext{});
  state_ = model_->start_decoding(memory, lengths, /*rows_per_sentence=*/1);
}

torch::Tensor TransformerStepModel::step(const torch::Tensor& pieces,
                                         const torch::Tensor& parents) {
  const torch::NoGradGuard no_grad;
  if (!keeps_all_rows(parents, rows_)) {
    model::TransformerImpl::select_rows(state_, parents.to(device_));
    rows_ = parents.size(0);
  }
  return model_->decode_step(pieces.to(device_), state_);
}

}  // namespace nmt::decode
