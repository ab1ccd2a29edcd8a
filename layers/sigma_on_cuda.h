// The matrices of a model on a GPU that are divided by their spectral norm (σReparam, spectral
// normalisation), all at once. What sigma_parametrization.h does with each takes a dozen small
// operations, and a GPU waits for the start of every one of them: a deep model would spend half of
// an update on it. Here it is one launch after the backward pass and one after the optimizer.

#pragma once

#include <torch/types.h>

#include <unordered_set>
#include <vector>

#include "layers/linear.h"

namespace nmt::layers {

class SigmaOnCuda {
 public:
  /// Takes those of `linears` that are of such a kind and lie on a GPU in float32. They must
  /// outlive this object, and stay there.
  explicit SigmaOnCuda(const std::vector<StackedLinear*>& linears);

  /// Whether it has taken `linear`.
  bool covers(const StackedLinear* linear) const { return covered_.contains(linear); }

  /// StackedLinear::pull_gradients_back() of all that it has taken.
  void pull_gradients_back();

  /// StackedLinear::advance() of all that it has taken.
  void advance(int64_t power_steps = 1);

  /// StackedLinear::refresh() of all that it has taken, with the bits of advance(), from which
  /// those of single matrices differ in rounding.
  void refresh();

 private:
  void write(int64_t power_steps);

  std::vector<StackedLinear*> linears_;
  std::unordered_set<const StackedLinear*> covered_;
  std::vector<torch::Tensor> gammas_;  // Of each matrix; undefined if it is fixed.
  torch::Tensor scratch_;
  torch::Tensor matrices_;  // A kernels::SigmaMatrixCuda for each matrix, as bytes on the GPU.
};

}  // namespace nmt::layers
