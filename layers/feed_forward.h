// The position-wise feed-forward sublayer.
//
//     ReLU, GELU:  f(x W_1ᵀ + b_1) W_2ᵀ + b_2
//     SwiGLU:      (SiLU(x W_gᵀ + b_g) ∘ (x W_1ᵀ + b_1)) W_2ᵀ + b_2
//
// Sources: Vaswani et al. 2017, arXiv:1706.03762, section 3.3; Shazeer 2020, arXiv:2002.05202.
//
// Shape letters: D model, F inner, `...` any leading dimensions.

#pragma once

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include <vector>

#include "layers/block_options.h"
#include "layers/forward_context.h"
#include "layers/linear.h"
#include "layers/sublayer.h"

namespace nmt::layers {

class FeedForwardImpl : public torch::nn::Module {
 public:
  explicit FeedForwardImpl(const BlockOptions& options);

  /// Takes `stream` [..., D] through the sublayer `path`.
  void run(const Sublayer& path, ResidualStream& stream, const ForwardContext& context) const;

  /// {fc1 (and gate)} and {fc2}.
  std::vector<StackedLinear*> linears() { return {&fc1_, &fc2_}; }

 private:
  kernels::LinearInputs first_product(const ForwardContext& context) const;
  // What the second product reads.
  torch::Tensor inner(const torch::Tensor& first, const ForwardContext& context) const;

  BlockOptions options_;
  StackedLinear fc1_;
  StackedLinear fc2_;
};
TORCH_MODULE(FeedForward);

}  // namespace nmt::layers
