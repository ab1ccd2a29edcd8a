// What every optimizer does: moves parameters against their gradients, and keeps a state that can
// be saved. A new one is a file pair, an enumerator in
// nmt/config/training_config.h with its name in nmt/config/enum_names.cpp, and a row in
// optimizer_table.cpp.

#pragma once

#include <torch/types.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "nmt/config/training_config.h"
#include "nmt/optim/parallel_for.h"

namespace nmt::optim {

/// One trained tensor. Names are unique within a model.
struct Parameter {
  std::string name;
  torch::Tensor value;     ///< float32, contiguous; changed in place.
  torch::Tensor gradient;  ///< Same shape and dtype; undefined: the parameter is left as it is.
  bool decays = false;     ///< Whether weight decay applies: matrices, not γ, biases and norms.
};

/// Tensors by name, in a fixed order.
using NamedTensors = std::vector<std::pair<std::string, torch::Tensor>>;

class Optimizer {
 public:
  virtual ~Optimizer() = default;

  /// One update of every parameter, in place, as if its gradient had been multiplied by
  /// `gradient_scale` (gradient_clip.h). The same parameters in the same order at every call.
  /// Throws InputError if a loaded state lacks a parameter or has another shape for it; nothing is
  /// changed then.
  virtual void step(std::vector<Parameter>& parameters, double learning_rate,
                    double gradient_scale) = 0;

  /// What a later run needs to go on bit for bit. Shares storage with the optimizer: save it before
  /// the next step. Names are "<parameter>.<quantity>", and "step" for the number of updates made.
  virtual NamedTensors state() const = 0;

  /// Takes over copies of the tensors of a state(). Throws InputError if the counter is missing;
  /// step() looks at the rest.
  virtual void load_state(const NamedTensors& state) = 0;

  /// State tensors, float32, that it keeps for each parameter: its use of memory.
  virtual int64_t state_tensors() const = 0;
};

/// The optimizer of `config.optimizer`; `parallel_for` does its work.
std::unique_ptr<Optimizer> make_optimizer(const config::OptimizationConfig& config,
                                          ParallelFor parallel_for = in_torch_threads);

}  // namespace nmt::optim
