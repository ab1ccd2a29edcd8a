// Decoder: embedded target through M layers that attend to the memory.
//
// Shape letters: N packed target positions, D model, R decoding rows.

#pragma once

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include <memory>
#include <vector>

#include "layers/decoder_layer.h"
#include "layers/embedding.h"
#include "nmt/config/model_config.h"

namespace nmt::model {

class DecoderImpl : public torch::nn::Module {
 public:
  /// `source_embedding` is shared when the ties are three-way.
  DecoderImpl(const config::ModelConfig& config,
              const std::shared_ptr<layers::StackedLinear>& source_embedding);

  /// Maps packed ids [N] at `positions` [N] and the packed memory to features [N, D].
  torch::Tensor forward(const torch::Tensor& input, const torch::Tensor& positions,
                        const torch::Tensor& memory, const kernels::AttentionMask& self_mask,
                        const kernels::AttentionMask& cross_mask,
                        const layers::ForwardContext& context);

  /// One position: ids [R] at `position`, from 0, to features [R, D].
  torch::Tensor step(const torch::Tensor& pieces, int64_t position,
                     std::vector<layers::DecoderLayerCache>& caches,
                     const torch::Tensor& memory_mask);

  /// The decoder's own stacks: without the embedding when that is the encoder's.
  std::vector<layers::StackedLinear*> linears();

  std::shared_ptr<layers::StackedLinear> embedding;
  std::vector<layers::DecoderLayer> layers;

 private:
  bool owns_embedding_;
  double dropout_;
  layers::Positions positions_{nullptr};
  layers::Norm norm_{nullptr};
};
TORCH_MODULE(Decoder);

}  // namespace nmt::model
