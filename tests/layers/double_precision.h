// Tensors of the tests in float64: the default dtype for a while, random values, the way from
// tensors to the plain vectors of naive_layers.h and back, and finite differences.

#pragma once

#include <ATen/CPUGeneratorImpl.h>
#include <gtest/gtest.h>
#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include <functional>
#include <string>

#include "tests/layers/naive_layers.h"

namespace nmt::testing {

/// Makes float64 the dtype of new tensors and modules while it lives.
class DoublePrecision {
 public:
  DoublePrecision() : before_(torch::get_default_dtype()) {
    torch::set_default_dtype(caffe2::TypeMeta::Make<double>());
  }
  ~DoublePrecision() { torch::set_default_dtype(before_); }
  DoublePrecision(const DoublePrecision&) = delete;
  DoublePrecision& operator=(const DoublePrecision&) = delete;

 private:
  caffe2::TypeMeta before_;
};

/// A generator that always gives the same numbers.
inline at::Generator seeded(uint64_t seed) {
  return at::make_generator<at::CPUGeneratorImpl>(seed);
}

/// Standard normal float64 values.
inline torch::Tensor normal(c10::IntArrayRef shape, at::Generator& generator) {
  return torch::randn(shape, generator, torch::kFloat64);
}

/// A matrix or vector as rows.
inline naive::Rows rows_of(const torch::Tensor& tensor) {
  const torch::Tensor matrix =
      (tensor.dim() == 1 ? tensor.unsqueeze(0) : tensor).detach().to(torch::kFloat64).contiguous();
  const double* values = matrix.const_data_ptr<double>();
  naive::Rows rows;
  for (int64_t i = 0; i < matrix.size(0); ++i) {
    rows.emplace_back(values + i * matrix.size(1), values + (i + 1) * matrix.size(1));
  }
  return rows;
}

/// Every parameter and buffer of a module by name.
inline naive::Parameters parameters_of(const torch::nn::Module& module) {
  naive::Parameters all;
  for (const auto& item : module.named_parameters()) all[item.key()] = rows_of(item.value());
  for (const auto& item : module.named_buffers()) all[item.key()] = rows_of(item.value());
  return all;
}

/// Compares the first rows of `actual` [T, D] with `expected`; further rows are padding.
inline void expect_rows(const torch::Tensor& actual, const naive::Rows& expected,
                        double tolerance) {
  const naive::Rows rows = rows_of(actual);
  ASSERT_GE(rows.size(), expected.size());
  for (size_t t = 0; t < expected.size(); ++t) {
    ASSERT_EQ(rows[t].size(), expected[t].size());
    for (size_t d = 0; d < expected[t].size(); ++d) {
      ASSERT_NEAR(rows[t][d], expected[t][d], tolerance) << "row " << t << ", column " << d;
    }
  }
}

/// Compares ⟨gradient, direction⟩ with central differences of `value` along a random direction of
/// `variable` (contiguous or not, float64), which is restored. All entries take part. Two steps,
/// extrapolated: norms of a few numbers are too curved for one.
inline void expect_gradient(const std::string& name, const torch::Tensor& variable,
                            const torch::Tensor& gradient, const std::function<double()>& value,
                            at::Generator& generator, double tolerance = 2e-7) {
  constexpr double kStep = 1e-5;
  ASSERT_TRUE(gradient.defined()) << name;
  const torch::Tensor direction = normal(variable.sizes(), generator);
  torch::Tensor values = variable.detach();
  const torch::Tensor before = values.clone();
  const auto difference = [&](double step) {
    values.copy_(before + step * direction);
    const double above = value();
    values.copy_(before - step * direction);
    const double below = value();
    values.copy_(before);
    return (above - below) / (2 * step);
  };
  const double expected = (4 * difference(kStep) - difference(2 * kStep)) / 3;
  const double actual = (gradient * direction).sum().item<double>();
  EXPECT_NEAR(actual, expected, tolerance * (1.0 + std::abs(expected))) << name;
}

}  // namespace nmt::testing
