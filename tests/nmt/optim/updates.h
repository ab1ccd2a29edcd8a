// Helpers of the tests of optimizers: parameters of awkward sizes, and formulas in float64 that an
// optimizer is held against.

#pragma once

#include <gtest/gtest.h>
#include <torch/optim.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "nmt/optim/optimizer.h"

namespace nmt::optim::testing {

/// Sizes around vector widths, and a last one that is split over threads if `rows` is large. Every
/// second one decays.
inline std::vector<Parameter> make_parameters(uint64_t seed, int64_t rows = 40) {
  torch::manual_seed(seed);
  std::vector<Parameter> parameters;
  const std::vector<std::vector<int64_t>> shapes = {{1}, {7}, {3, 5}, {16, 9}, {2, 0}, {rows, 257}};
  for (size_t i = 0; i < shapes.size(); ++i) {
    parameters.push_back({.name = "p" + std::to_string(i) + ".weight",
                          .value = torch::randn(shapes[i]),
                          .gradient = torch::Tensor(),
                          .decays = i % 2 == 1});
  }
  return parameters;
}

inline void fill_gradients(std::vector<Parameter>& parameters) {
  for (Parameter& parameter : parameters) {
    parameter.gradient = torch::randn(parameter.value.sizes());
  }
}

inline void share_gradients(const std::vector<Parameter>& from, std::vector<Parameter>& to) {
  for (size_t i = 0; i < from.size(); ++i) to[i].gradient = from[i].gradient;
}

inline double largest_difference(const torch::Tensor& a, const torch::Tensor& b) {
  if (a.numel() == 0) return 0.0;
  return (a.to(torch::kFloat64) - b.to(torch::kFloat64)).abs().max().item<double>();
}

inline void expect_equal(const std::vector<Parameter>& a, const std::vector<Parameter>& b) {
  for (size_t i = 0; i < a.size(); ++i) {
    EXPECT_TRUE(torch::equal(a[i].value, b[i].value)) << a[i].name;
  }
}

inline void expect_near(const std::vector<Parameter>& a, const std::vector<Parameter>& b,
                        double tolerance) {
  for (size_t i = 0; i < a.size(); ++i) {
    EXPECT_LT(largest_difference(a[i].value, b[i].value), tolerance) << a[i].name;
  }
}

/// A parameter as the formulas see it: plain numbers, the gradient scaled, two quantities of state
/// that start at zero.
struct PlainParameter {
  std::vector<int64_t> shape;
  bool decays = false;
  std::vector<double> value, gradient, first, second;
};

inline double norm(const std::vector<double>& numbers) {
  double squares = 0.0;
  for (const double number : numbers) squares += number * number;
  return std::sqrt(squares);
}

/// One update of one parameter; t counts from 1.
using Formula = std::function<void(PlainParameter&, double rate, int t)>;

inline std::vector<double> doubles(const torch::Tensor& tensor) {
  const torch::Tensor flat = tensor.detach().to(torch::kFloat64).flatten().contiguous();
  return {flat.const_data_ptr<double>(), flat.const_data_ptr<double>() + flat.numel()};
}

/// The learning rate and the scale of clipping of update t in the comparisons below.
inline double rate_of(int t) {
  return 0.01 * (1.5 + std::sin(t));
}
inline double scale_of(int t) {
  return t % 3 == 0 ? 0.4 : 1.0;
}

/// Holds 30 updates of `optimizer`, with a new gradient, rate and scale each, against `formula`.
inline void expect_formula(Optimizer& optimizer, const Formula& formula, double tolerance) {
  std::vector<Parameter> parameters = make_parameters(1);
  std::vector<PlainParameter> plain;
  for (const Parameter& parameter : parameters) {
    const std::vector<double> zeros(parameter.value.numel(), 0.0);
    plain.push_back({parameter.value.sizes().vec(), parameter.decays, doubles(parameter.value),
                     zeros, zeros, zeros});
  }
  for (int t = 1; t <= 30; ++t) {
    fill_gradients(parameters);
    for (size_t i = 0; i < plain.size(); ++i) {
      plain[i].gradient = doubles(parameters[i].gradient);
      for (double& g : plain[i].gradient) g *= scale_of(t);
      formula(plain[i], rate_of(t), t);
    }
    optimizer.step(parameters, rate_of(t), scale_of(t));
  }
  for (size_t i = 0; i < plain.size(); ++i) {
    const std::vector<double> actual = doubles(parameters[i].value);
    for (size_t j = 0; j < actual.size(); ++j) {
      ASSERT_NEAR(actual[j], plain[i].value[j], tolerance) << parameters[i].name << " " << j;
    }
  }
}

/// Holds 30 updates of `optimizer` against LibTorch's `TorchOptimizer` with `options`. If there is
/// no weight decay in `options`, θ of parameters that decay is multiplied by 1 − rate ·
/// weight_decay first; with it (AdamW's) all parameters decay, by LibTorch's hand.
template <class TorchOptimizer, class TorchOptions>
void expect_like_torch(Optimizer& optimizer, const TorchOptions& options, double weight_decay,
                       double tolerance) {
  std::vector<Parameter> parameters = make_parameters(2);
  std::vector<torch::Tensor> theirs;
  const bool decays_itself = options.weight_decay() > 0.0;
  for (Parameter& parameter : parameters) {
    if (decays_itself) parameter.decays = true;
    theirs.push_back(parameter.value.to(torch::kFloat64).set_requires_grad(true));
  }
  TorchOptimizer reference(theirs, options);
  for (int t = 1; t <= 30; ++t) {
    fill_gradients(parameters);
    for (size_t i = 0; i < theirs.size(); ++i) {
      theirs[i].mutable_grad() = parameters[i].gradient.to(torch::kFloat64) * scale_of(t);
      torch::NoGradGuard no_grad;
      if (parameters[i].decays && !decays_itself) theirs[i].mul_(1.0 - rate_of(t) * weight_decay);
    }
    static_cast<TorchOptions&>(reference.param_groups()[0].options()).lr(rate_of(t));
    optimizer.step(parameters, rate_of(t), scale_of(t));
    reference.step();
  }
  for (size_t i = 0; i < theirs.size(); ++i) {
    EXPECT_LT(largest_difference(parameters[i].value, theirs[i].detach()), tolerance)
        << parameters[i].name;
  }
}

}  // namespace nmt::optim::testing
