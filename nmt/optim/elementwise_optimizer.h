// The optimizers that update elements one by one, by a formula (elements.h), if need be with norms
// of the whole parameter, and keep the same few tensors for every parameter. What a formula needs
// around it is here: its coefficients, the arrays cut into tasks, the tensors of other devices.

#pragma once

#include <cmath>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "nmt/optim/element_kernel.h"
#include "nmt/optim/element_walk.h"
#include "nmt/optim/gradient_kernel.h"
#include "nmt/optim/optimizer.h"
#include "nmt/optim/tensor_group.h"

namespace nmt::optim {

/// Of a parameter with or without `decays`; its trust ratio 1.
Coefficients coefficients(const config::OptimizationConfig& config, const UpdateNumbers& numbers,
                          bool decays);

/// One update by a formula of all arrays of `walk`, which belong to `parameters` parameters. Does
/// not depend on how the walk is cut into tasks.
template <class Rule>
void update_arrays(const config::OptimizationConfig& config, const UpdateNumbers& numbers,
                   const ElementWalk& walk, size_t parameters) {
  constexpr size_t kRule = rule_index<Rule>();
  const Coefficients of[] = {coefficients(config, numbers, false),
                             coefficients(config, numbers, true)};
  if constexpr (!HasTrustRatio<Rule>) {
    walk.for_each([&](const Elements& e) { update_array(kRule, e, of[e.decays]); });
  } else {
    const double scale = HasDirection<Rule> ? 1.0 : numbers.gradient_scale;
    const auto squares = walk.sums(parameters, [&](const Elements& e) -> ElementWalk::Pair {
      if (!e.decays && !HasDirection<Rule>) return {};
      const double measured = measure_array(kRule, e, of[e.decays]);
      return {e.decays ? sum_of_squares(e.value, e.count) : 0.0, measured};
    });
    walk.for_each([&](const Elements& e) {
      Coefficients c = of[e.decays];
      const auto& [value, measured] = squares[e.parameter];
      if (e.decays) {
        c.rate = static_cast<float>(
            numbers.learning_rate *
            Rule::trust_ratio(config, std::sqrt(value), scale * std::sqrt(measured)));
      }
      update_array(kRule, e, c);
    });
  }
}

/// One update by a formula of tensors anywhere, all with or all without `decays`, as tensor
/// operations. The same as that of arrays but for rounding. A formula with a trust ratio takes one
/// tensor at a time.
template <class Rule, size_t... k>
void update_together(const config::OptimizationConfig& config, const UpdateNumbers& numbers,
                     std::span<const ParameterTensors> all, std::index_sequence<k...>) {
  const auto group = [&](const auto& tensor_of) {
    std::vector<torch::Tensor> tensors;
    for (const ParameterTensors& one : all) tensors.push_back(tensor_of(one));
    return TensorGroup(std::move(tensors));
  };
  Coefficients c = coefficients(config, numbers, all[0].decays);
  TensorGroup value = group([](const ParameterTensors& one) { return one.value; });
  const TensorGroup gradient = group([](const ParameterTensors& one) { return one.gradient; });
  const TensorGroup g = c.gradient_scale == 1.0f
                            ? gradient
                            : TensorGroup(at::_foreach_mul(gradient.tensors(), c.gradient_scale));
  std::array<TensorGroup, sizeof...(k)> state = {
      group([](const ParameterTensors& one) { return one.state[k]; })...};
  if constexpr (HasTrustRatio<Rule>) {
    const TensorGroup measured = [&] {
      if constexpr (HasDirection<Rule>)
        return Rule::direction(c, g, value, state[k]...);
      else
        return g;
    }();
    const auto norm = [](const TensorGroup& x) { return x.tensors()[0].norm().item<double>(); };
    if (all[0].decays) {
      c.rate = static_cast<float>(numbers.learning_rate *
                                  Rule::trust_ratio(config, norm(value), norm(measured)));
    }
  }
  Rule::update(c, g, value, state[k]...);
}

/// The same, decaying or not, one behind the other.
template <class Rule>
void update_tensors(const config::OptimizationConfig& config, const UpdateNumbers& numbers,
                    std::span<const ParameterTensors> all) {
  std::vector<ParameterTensors> groups[2];
  for (const ParameterTensors& one : all) groups[one.decays].push_back(one);
  for (const std::vector<ParameterTensors>& group : groups) {
    const size_t together = HasTrustRatio<Rule> ? 1 : group.size();
    for (size_t i = 0; i < group.size(); i += together) {
      update_together<Rule>(config, numbers, std::span(group).subspan(i, together),
                            std::make_index_sequence<Rule::kState.size()>());
    }
  }
}

/// A formula with the code around it.
struct ElementRule {
  std::vector<std::string> state;
  void (*update_arrays)(const config::OptimizationConfig& config, const UpdateNumbers& numbers,
                        const ElementWalk& walk, size_t parameters);
  void (*update_tensors)(const config::OptimizationConfig& config, const UpdateNumbers& numbers,
                         std::span<const ParameterTensors> all);
};

template <class Rule>
ElementRule element_rule() {
  return {{Rule::kState.begin(), Rule::kState.end()}, update_arrays<Rule>, update_tensors<Rule>};
}

/// One update by `rule` of parameters with its state: arrays on the CPU, tensors elsewhere.
void update_elements(const ElementRule& rule, const config::OptimizationConfig& config,
                     const UpdateNumbers& numbers, std::span<const ParameterTensors> all,
                     const ParallelFor& parallel_for);

class ElementwiseOptimizer : public Optimizer {
 public:
  ElementwiseOptimizer(ElementRule rule, const config::OptimizationConfig& config,
                       ParallelFor parallel_for)
      : rule_(std::move(rule)), config_(config), parallel_for_(std::move(parallel_for)) {}

  const ElementRule& rule() const { return rule_; }

 private:
  std::vector<std::string> quantities(const Parameter& /*parameter*/) const override {
    return rule_.state;
  }
  void update(const UpdateNumbers& numbers, std::span<const ParameterTensors> all) override {
    update_elements(rule_, config_, numbers, all, parallel_for_);
  }

  ElementRule rule_;
  config::OptimizationConfig config_;
  ParallelFor parallel_for_;
};

}  // namespace nmt::optim
