// The norm of the residual stream, of the kind that the architecture names (norm_kind.h).
//
//     layer norm    g ∘ (s − mean s) / √(var s + ε) + b        Ba et al. 2016, arXiv:1607.06450
//
// It holds the parameters; the operation that it is part of computes it
// (kernels/residual_linear.h).
//
// Shape letters: D model.

#pragma once

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include "layers/kernels/residual_linear.h"
#include "layers/norm_kind.h"

namespace nmt::layers {

/// ε of every norm.
inline constexpr double kNormEps = 1e-5;

class NormImpl : public torch::nn::Module {
 public:
  /// Over the last dimension of size `d_model`; starts with gain 1 and bias 0.
  NormImpl(NormKind kind, int64_t d_model)
      : weight(register_parameter("weight", torch::ones({d_model}))) {
    if (row_of(kNormKinds, kind).bias) {
      bias = register_parameter("bias", torch::zeros({d_model}));
    }
  }

  /// What operations read.
  kernels::NormInputs inputs() const { return {.gain = weight, .bias = bias, .eps = kNormEps}; }

  torch::Tensor weight;  ///< g [D].
  torch::Tensor bias;    ///< b [D]; undefined where the kind has none.
};
TORCH_MODULE(Norm);

}  // namespace nmt::layers
