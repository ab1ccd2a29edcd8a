// Encoder: embedded source through N layers.
//
// Shape letters: N packed source positions, D model.

#pragma once

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include <memory>
#include <vector>

#include "layers/embedding.h"
#include "layers/encoder_layer.h"
#include "nmt/config/model_config.h"

namespace nmt::model {

class EncoderImpl : public torch::nn::Module {
 public:
  explicit EncoderImpl(const config::ModelConfig& config);

  /// Maps packed ids [N] at `positions` [N] to the memory [N, D].
  torch::Tensor forward(const torch::Tensor& source, const torch::Tensor& positions,
                        const kernels::AttentionMask& mask, const layers::ForwardContext& context);

  std::vector<layers::StackedLinear*> linears();

  std::shared_ptr<layers::StackedLinear> embedding;
  std::vector<layers::EncoderLayer> layers;

 private:
  double dropout_;
  layers::Positions positions_{nullptr};
  layers::Norm norm_{nullptr};
};
TORCH_MODULE(Encoder);

}  // namespace nmt::model
