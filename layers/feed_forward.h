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

#include <optional>
#include <vector>

#include "layers/forward_context.h"
#include "layers/layer_kind.h"
#include "layers/linear.h"

namespace nmt::layers {

struct FeedForwardOptions {
  int64_t d_model;
  int64_t ffn_dim;
  ActivationKind activation = ActivationKind::kRelu;
  double dropout = 0.0;  ///< After the activation.
  LinearKind linear = LinearKind::kPlain;
  std::optional<double> gamma_start = 1.0;
};

class FeedForwardImpl : public torch::nn::Module {
 public:
  explicit FeedForwardImpl(const FeedForwardOptions& options);

  /// The product of x [..., D] that forward() goes on with.
  kernels::LinearInputs first_product(const ForwardContext& context) const;

  /// From the first product's output to [..., D]. Without `values` the result stands for its place
  /// in the graph alone (kernels/linear_graph.h).
  torch::Tensor forward(const torch::Tensor& first, const ForwardContext& context,
                        bool values) const;

  /// {fc1 (and gate)} and {fc2}.
  std::vector<StackedLinear*> linears() { return {&fc1_, &fc2_}; }

 private:
  torch::Tensor inner(const torch::Tensor& first, const ForwardContext& context) const;

  FeedForwardOptions options_;
  StackedLinear fc1_;
  StackedLinear fc2_;
};
TORCH_MODULE(FeedForward);

}  // namespace nmt::layers
