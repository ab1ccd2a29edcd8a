// What an optimizer remembers: the number of its updates, and for each parameter some tensors of
// the parameter's shape, by name "<parameter>.<quantity>". Zeros before the first update.

#pragma once

#include <torch/types.h>

#include <cstdint>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "nmt/optim/optimizer.h"

namespace nmt::optim {

class OptimizerState {
 public:
  /// A tensor for each of `quantities` ("exp_avg"), the same for all parameters.
  explicit OptimizerState(std::vector<std::string> quantities)
      : quantities_(std::move(quantities)) {}

  /// Number of tensors a parameter.
  size_t quantities() const { return quantities_.size(); }

  /// The first call makes the tensors for `parameters`, zero or loaded; later ones check that
  /// the parameters are the same. Throws InputError if a loaded state lacks one, has another shape
  /// for it, or holds more; nothing is changed then.
  void bind(const std::vector<Parameter>& parameters);

  /// Updates made.
  int64_t step() const { return step_; }
  /// Counts one update more.
  void advance() { ++step_; }

  /// The tensors of bound parameter i, in the order of the quantities.
  std::span<torch::Tensor> tensors(size_t i) {
    return std::span(tensors_).subspan(i * quantities_.size(), quantities_.size());
  }

  /// As Optimizer::state and Optimizer::load_state. load throws InputError without a counter.
  NamedTensors save() const;
  void load(const NamedTensors& state);

 private:
  torch::Tensor loaded_tensor(const Parameter& parameter, const std::string& quantity) const;

  std::vector<std::string> quantities_;
  int64_t step_ = 0;
  std::vector<std::string> names_;      // Of the bound parameters.
  std::vector<torch::Tensor> tensors_;  // All of the first parameter, all of the second ...
  std::unordered_map<std::string, torch::Tensor> loaded_;  // Until bind() takes it over.
};

}  // namespace nmt::optim
