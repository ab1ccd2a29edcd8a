// Token embedding with positions, and the output projection that may share its matrix.
//
//     embedded = drop(√D · E[ids] + P)          logits = x Eᵀ + b
//
// Sources: Vaswani et al. 2017, arXiv:1706.03762, section 3.4; Press & Wolf 2017, arXiv:1608.05859
// (tied output).
//
// Shape letters: N packed positions, D model, V vocabulary, `...` any leading dimensions.

#pragma once

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include <memory>

#include "layers/forward_context.h"
#include "layers/kernels/linear_cross_entropy.h"
#include "layers/linear.h"
#include "layers/positions.h"

namespace nmt::layers {

using kernels::LossSums;

/// An embedding matrix [V, D] named `name` in `owner`: a linear layer without bias, read by rows;
/// of the block's parametrisation if `reparametrised`, else plain.
std::shared_ptr<StackedLinear> make_embedding_matrix(torch::nn::Module& owner,
                                                     const std::string& name, int64_t vocab_size,
                                                     const BlockOptions& block,
                                                     bool reparametrised);

/// Embeds ids [N] int64 at positions `at` [N], or [1] for all: [N, D].
torch::Tensor embed(const StackedLinear& matrix, PositionsImpl& positions, const torch::Tensor& ids,
                    const torch::Tensor& at, double dropout_probability,
                    const ForwardContext& context);

class OutputProjection {
 public:
  /// Multiplies by `matrix` [V, D], which it shares, and adds "bias" [V], a parameter of `owner`.
  OutputProjection(torch::nn::Module& owner, std::shared_ptr<StackedLinear> matrix,
                   int64_t vocab_size);

  /// Maps x [..., D] to logits [..., V].
  torch::Tensor forward(const torch::Tensor& x) const;

  /// Label-smoothed cross-entropy (linear_cross_entropy.h) of x [N, D] against `targets` [N] int64;
  /// the fused form holds no logits.
  LossSums loss(const torch::Tensor& x, const torch::Tensor& targets, double smoothing,
                BackendKind backend) const;

 private:
  std::shared_ptr<StackedLinear> matrix_;
  torch::Tensor bias_;
};

}  // namespace nmt::layers
