// The optimizers that update elements one by one, if need be with norms of the whole parameter, and
// keep the same few state tensors for every parameter. One of them says what happens to arrays on
// the CPU and to tensors elsewhere; this class cuts the work into tasks.

#pragma once

#include <span>
#include <string>
#include <vector>

#include "nmt/optim/element_walk.h"
#include "nmt/optim/optimizer.h"
#include "nmt/optim/parallel_for.h"

namespace nmt::optim {

class ElementwiseOptimizer : public Optimizer {
 public:
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
  ElementwiseOptimizer(const config::OptimizationConfig& config,
                       std::vector<std::string> quantities, ParallelFor parallel_for)
      : config_(config),
        quantities_(std::move(quantities)),
        parallel_for_(std::move(parallel_for)) {}

  /// The numbers of the optimizer's formula.
  const config::OptimizationConfig& config() const { return config_; }

  /// One update of all parameters on the CPU, `parameters` in number with those that are elsewhere.
  /// Must not depend on how `walk` is cut into tasks.
  virtual void update_arrays(const UpdateNumbers& numbers, const ElementWalk& walk,
                             size_t parameters) const = 0;

 private:
  std::vector<std::string> quantities(const Parameter& /*parameter*/) const final {
    return quantities_;
  }
  void update(const UpdateNumbers& numbers, std::span<const ParameterTensors> all) final;

  config::OptimizationConfig config_;
  std::vector<std::string> quantities_;
  ParallelFor parallel_for_;
};

}  // namespace nmt::optim
