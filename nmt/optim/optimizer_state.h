// What an optimizer works on, and what it remembers of it: the number of its updates, and for each
// parameter some tensors of the parameter's shape, by name "<parameter>.<quantity>". Zeros before
// the first update.

#pragma once

#include <torch/types.h>

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "nmt/checkpoint/named_tensors.h"

namespace nmt::optim {

/// One trained tensor. Names are unique within a model.
struct Parameter {
  std::string name;
  torch::Tensor value;     ///< float32, contiguous; changed in place.
  torch::Tensor gradient;  ///< Same shape and dtype; undefined: the parameter is left as it is.
  bool decays = false;     ///< Whether weight decay applies: matrices, not γ, biases and norms.
};

using checkpoint::NamedTensors;

class OptimizerState {
 public:
  /// Names of the tensors that a parameter has: {"exp_avg"}.
  using Quantities = std::function<std::vector<std::string>(const Parameter&)>;

  /// The first call makes the tensors for `parameters`, zero or loaded; later ones check that
  /// the parameters are the same. Throws InputError if a loaded state lacks one, has another shape
  /// for it, or holds more; nothing is changed then.
  void bind(const std::vector<Parameter>& parameters, const Quantities& quantities);

  /// Updates made.
  int64_t step() const { return step_; }
  /// Counts one update more.
  void advance() { ++step_; }

  /// The tensors of bound parameter i, in the order of the quantities.
  std::span<torch::Tensor> tensors(size_t i) {
    return std::span(tensors_).subspan(first_[i], first_[i + 1] - first_[i]);
  }

  /// As Optimizer::state and Optimizer::load_state. load throws InputError without a counter.
  NamedTensors save() const;
  void load(const NamedTensors& state);

 private:
  torch::Tensor loaded_tensor(const Parameter& parameter, const std::string& name) const;

  int64_t step_ = 0;
  std::vector<std::string> names_;         // Of the bound parameters.
  std::vector<size_t> first_;              // Tensor of each of them, and the number of all.
  std::vector<std::string> tensor_names_;  // All of the first parameter, all of the second ...
  std::vector<torch::Tensor> tensors_;     // Likewise.
  std::unordered_map<std::string, torch::Tensor> loaded_;  // Until bind() takes it over.
};

}  // namespace nmt::optim
