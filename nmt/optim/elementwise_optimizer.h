// The common part of all optimizers here: each keeps the same few state tensors for every parameter
// and updates its elements one by one, if need be with norms of the whole parameter. An optimizer
// says what happens to arrays on the CPU and to tensors elsewhere; this class checks, finds the
// state, cuts the work into tasks and saves.

#pragma once

#include <span>
#include <string>
#include <vector>

#include "nmt/optim/element_walk.h"
#include "nmt/optim/optimizer.h"
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

class ElementwiseOptimizer : public Optimizer {
 public:
  void step(std::vector<Parameter>& parameters, double learning_rate, double gradient_scale) final;
  NamedTensors state() const final { return state_.save(); }
  void load_state(const NamedTensors& state) final { state_.load(state); }
  int64_t state_tensors() const final { return static_cast<int64_t>(state_.quantities()); }

  /// The arithmetic of one update as tensor operations, in place, for a parameter that is not on
  /// the CPU. The same as that of arrays but for rounding.
  virtual void update_tensors(const UpdateNumbers& numbers,
                              const ParameterTensors& tensors) const = 0;

  /// The same for many parameters; an optimizer may take them together.
  virtual void update_all_tensors(const UpdateNumbers& numbers,
                                  std::span<const ParameterTensors> all) const {
    for (const ParameterTensors& tensors : all) update_tensors(numbers, tensors);
  }

 protected:
  /// `quantities`: names of the state tensors, at most kMaxStateTensors.
  ElementwiseOptimizer(std::vector<std::string> quantities, ParallelFor parallel_for)
      : state_(std::move(quantities)), parallel_for_(std::move(parallel_for)) {}

  /// One update of all parameters on the CPU, `parameters` in number with those that have no
  /// gradient or are elsewhere. Must not depend on how `walk` is cut into tasks.
  virtual void update_arrays(const UpdateNumbers& numbers, const ElementWalk& walk,
                             size_t parameters) const = 0;

 private:
  OptimizerState state_;
  ParallelFor parallel_for_;
};

}  // namespace nmt::optim
