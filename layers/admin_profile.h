// The profiling pass of Admin: where ω of every sublayer starts.
//
//     x_{i+1} = LN(ω_i ∘ x_i + f_i(x_i))
//     ω_1 = 1        ω_{i+1}² = Var(ω_i ∘ x_i) + Var(f_i(x_i))
//
// so that ω_i² is about the sum of the variances of all branches below: every branch begins as an
// equal share of what the sublayers before it have made, however deep the model. Encoder and
// decoder count their sublayers each by themselves. One forward pass is enough, since ω_i is set
// before it is used.
//
// Source: Liu et al. 2020, arXiv:2004.08249, with the variances of the authors' code
// (Transformer-Clinic), over all numbers of a batch; here without dropout.
//
// Shape letters: D model, `...` any leading dimensions.

#pragma once

#include <torch/types.h>

#include "layers/forward_observer.h"

namespace nmt::layers {

/// One side of a model, from its first sublayer to its last.
class AdminProfile : public ForwardObserver {
 public:
  /// Fills `omega` [D] of the next sublayer.
  void observe_skip(const torch::Tensor& omega, const torch::Tensor& x,
                    const torch::Tensor& branch) override;

 private:
  double next_ = 1.0;
};

}  // namespace nmt::layers
