// What every optimizer does: moves parameters against their gradients, and keeps a state that can
// be saved. README.md says how to add one.

#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "nmt/config/training_config.h"
#include "nmt/optim/optimizer_state.h"
#include "nmt/optim/parallel_for.h"

namespace nmt::optim {

/// The numbers of one update.
struct UpdateNumbers {
  int64_t step = 1;  ///< t, from 1.
  double learning_rate = 0.0;
  double gradient_scale = 1.0;  ///< Of clipping.
};

/// One parameter with a gradient, and its state.
struct ParameterTensors {
  torch::Tensor value;
  torch::Tensor gradient;  ///< Not yet scaled.
  std::span<torch::Tensor> state;
  bool decays = false;
};

class Optimizer {
 public:
  virtual ~Optimizer() = default;

  /// One update of every parameter, in place, as if its gradient had been multiplied by
  /// `gradient_scale` (gradient_clip.h). The same parameters in the same order at every call.
  /// Throws InputError if a loaded state lacks a parameter or has another shape for it; nothing is
  /// changed then.
  void step(std::vector<Parameter>& parameters, double learning_rate, double gradient_scale);

  /// What a later run needs to go on bit for bit. Shares storage with the optimizer: save it before
  /// the next step. Names are "<parameter>.<quantity>", and "step" for the number of updates made.
  NamedTensors state() const { return state_.save(); }

  /// Takes over copies of the tensors of a state(). Throws InputError if the counter is missing;
  /// step() looks at the rest.
  void load_state(const NamedTensors& state) { state_.load(state); }

 protected:
  /// Names of the tensors, of its shape, that are kept for a parameter; they may differ by
  /// parameter.
  virtual std::vector<std::string> quantities(const Parameter& parameter) const = 0;

  /// The arithmetic of one update, in place, of all parameters that have a gradient, in order. The
  /// state of each is that of its quantities. Must not depend on the number of threads.
  virtual void update(const UpdateNumbers& numbers, std::span<const ParameterTensors> all) = 0;

 private:
  OptimizerState state_;
};

/// The optimizer of `config.optimizer`; `parallel_for` does its work.
std::unique_ptr<Optimizer> make_optimizer(const config::OptimizationConfig& config,
                                          ParallelFor parallel_for = in_torch_threads);

}  // namespace nmt::optim
