// Sharpness: the largest eigenvalue of the Hessian of the training loss, the curvature that limits
// the step size.
//
//     λ = λ_max(H)                        H = ∂²L/∂θ²
//     λ_P = λ_max(P^(−1/2) H P^(−1/2))    P the diagonal by which the optimizer divides its step
//
// H is never formed: a product H v is the derivative of the gradient, Σ_i v_i ∂g_i/∂θ, by going
// back through the graph of g, which is kept. The largest in the algebraic sense: negative
// curvature, however strong, is no sharpness.
//
// Sources: Cohen et al., "Gradient Descent on Neural Networks Typically Occurs at the Edge of
// Stability", ICLR 2021, arXiv:2103.00065; with P: Cohen et al., "Adaptive Gradient Methods at the
// Edge of Stability", 2022, arXiv:2207.14484; H v: Pearlmutter, "Fast Exact Multiplication by the
// Hessian", 1994.

#pragma once

#include <torch/types.h>

#include <cstdint>
#include <vector>

#include "nmt/run_log/run_record.h"
#include "nmt/stability/lanczos.h"

namespace nmt::stability {

/// H v for the Hessian of a scalar; n is the number of values of all parameters together, which
/// stand in `parameters` order in a vector [n].
class HessianProduct {
 public:
  /// `loss` is a scalar that was computed from `parameters` (leaves that require gradients, of one
  /// dtype) by operations that can be differentiated twice. Keeps their graph while it lives.
  HessianProduct(const torch::Tensor& loss, std::vector<torch::Tensor> parameters);

  /// H v [n] for v [n].
  torch::Tensor operator()(const torch::Tensor& v) const;

  /// n.
  int64_t dimension() const { return dimension_; }

 private:
  std::vector<torch::Tensor> parameters_;
  std::vector<torch::Tensor> gradients_;  // With their graph; undefined or constant ones as well.
  int64_t dimension_ = 0;
};

/// λ of `hessian`, and λ_P where `preconditioner` [n], the positive diagonal of P, is defined.
/// Vectors have `dtype`, that of the parameters. All is NaN where the Hessian is not finite. The
/// update and what P is are left to the caller.
run_log::SharpnessRecord measure_sharpness(const HessianProduct& hessian,
                                           const torch::Tensor& preconditioner, torch::Dtype dtype,
                                           const LanczosOptions& options);

}  // namespace nmt::stability
