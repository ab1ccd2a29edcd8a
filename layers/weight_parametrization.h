// A weight matrix as a function of other tensors: Ŵ = f(W, own parameters).
//
// The function is evaluated once per optimizer update, not once per forward: all forward passes of
// an update (micro-batches, worker threads, recomputation) read the same Ŵ, and the gradient that
// they collect for Ŵ is pulled back to W and the own parameters in one step. That is exact, since Ŵ
// does not change within an update, and costs O(size of W) whatever the batch.
//
// Shape letters: O rows (of one or several stacked matrices that share the parametrisation),
// I columns.

#pragma once

#include <torch/types.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace nmt::layers {

class WeightParametrization {
 public:
  virtual ~WeightParametrization() = default;

  /// Sets the own parameters and buffers from the final initial value of W [O, I].
  virtual void initialize(const torch::Tensor& w) = 0;

  /// Sets them so that Ŵ is W [O, I], up to rounding: for a model that takes over plain weights.
  virtual void match(const torch::Tensor& w) = 0;

  /// Writes Ŵ into `effective` [O, I]. No gradient.
  virtual void write_effective(const torch::Tensor& w, torch::Tensor& effective) = 0;

  /// Ŵ [O, I] as a differentiable function of W and the own parameters: for double backward and as
  /// the definition that `pull_back` is tested against.
  virtual torch::Tensor effective_weight(const torch::Tensor& w) const = 0;

  /// Turns G = dL/dŴ into dL/dW in place and sets the gradients of the own parameters. G comes as
  /// blocks of rows [., I], which together have W's O rows. Valid for the W of the last
  /// write_effective.
  virtual void pull_back(const torch::Tensor& w, at::TensorList gradient) = 0;

  /// Moves the buffers on after an optimizer update of W, once per update; those that follow by
  /// power iteration make `power_steps` steps, at least 1.
  virtual void advance(const torch::Tensor& w, int64_t power_steps) = 0;

  /// Trained with W, by name ("gamma"), in a fixed order.
  virtual std::vector<std::pair<std::string, torch::Tensor>> own_parameters() const = 0;

  /// Saved but not trained, by name ("sigma_v"), in a fixed order.
  virtual std::vector<std::pair<std::string, torch::Tensor>> buffers() const = 0;

  /// σ(W) as last estimated by write_effective; no value if Ŵ does not depend on it.
  virtual std::optional<double> sigma() const { return std::nullopt; }

  /// γ, which is σ(Ŵ) but for its sign; no value likewise.
  virtual std::optional<double> spectral_gain() const { return std::nullopt; }
};

}  // namespace nmt::layers
