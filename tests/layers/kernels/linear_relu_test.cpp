// Product, bias, ReLU and dropout in one against the plain form in float64.

#include "layers/kernels/linear_relu.h"

#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include <limits>
#include <vector>

#include "tests/layers/double_precision.h"
#include "tests/layers/kernels/instruction_sets.h"

namespace nmt::kernels {
namespace {

struct Case {
  std::vector<int64_t> leading;
  int64_t inputs;
  int64_t outputs;
  double dropout;
};

using Layer = torch::Tensor (*)(const LinearReluInputs&);

// y and the gradients of x, weight and bias.
std::vector<torch::Tensor> run(Layer layer, const Case& one, torch::Dtype dtype) {
  at::Generator generator = testing::seeded(one.outputs);
  std::vector<int64_t> shape = one.leading;
  shape.push_back(one.inputs);
  std::vector<torch::Tensor> leaves = {testing::normal(shape, generator),
                                       testing::normal({one.outputs, one.inputs}, generator),
                                       testing::normal({one.outputs}, generator)};
  shape.back() = one.outputs;
  const torch::Tensor grad = testing::normal(shape, generator).to(torch::kFloat32);
  for (torch::Tensor& leaf : leaves) {
    leaf = leaf.to(torch::kFloat32).to(dtype).clone().requires_grad_(true);
  }
  const torch::Tensor y =
      layer({.x = leaves[0], .weight = leaves[1], .bias = leaves[2], .dropout = {one.dropout, 7}});
  y.backward(grad.to(dtype));
  return {y.detach(), leaves[0].grad(), leaves[1].grad(), leaves[2].grad()};
}

void expect_small_errors(const Case& one) {
  const char* names[] = {"y", "x", "weight", "bias"};
  const auto truth = run(linear_relu_reference, one, torch::kFloat64);
  const auto plain = run(linear_relu_reference, one, torch::kFloat32);
  const auto fused = run(linear_relu, one, torch::kFloat32);
  const auto error = [&](const torch::Tensor& part, size_t i) {
    return (part.to(torch::kFloat64) - truth[i]).abs().max().item<double>();
  };
  for (size_t i = 0; i < truth.size(); ++i) {
    SCOPED_TRACE(::testing::Message() << names[i] << " of " << one.leading << " " << one.inputs
                                      << " to " << one.outputs << " dropout " << one.dropout);
    const double largest = truth[i].abs().max().item<double>();
    EXPECT_LE(error(fused[i], i), 2.0 * error(plain[i], i) + 0x1p-20 * (1.0 + largest));
  }
}

TEST(LinearRelu, ErrsAtMostTwiceAsMuchAsThePlainForm) {
  testing::on_each_instruction_set([] {
    for (const double dropout : {0.0, 0.3}) {
      for (const int64_t outputs : {1, 7, 16, 37, 256}) {
        expect_small_errors({{3, 5}, 24, outputs, dropout});
      }
      expect_small_errors({{1200}, 8, 33, dropout});
    }
  });
}

TEST(LinearRelu, ThreadsDoNotChangeABit) {
  const Case one = {{2000}, 16, 64, 0.1};
  const int threads = at::get_num_threads();
  at::set_num_threads(1);
  const auto alone = run(linear_relu, one, torch::kFloat32);
  at::set_num_threads(2);
  const auto two = run(linear_relu, one, torch::kFloat32);
  at::set_num_threads(threads);
  EXPECT_TRUE(torch::equal(alone[0], two[0]));
  EXPECT_TRUE(torch::equal(alone[3], two[3]));
}

TEST(LinearRelu, NotANumberIsNotHidden) {
  testing::on_each_instruction_set([] {
    torch::Tensor x = torch::ones({2, 4});
    x[1][2] = std::numeric_limits<float>::quiet_NaN();
    const torch::Tensor y =
        linear_relu({.x = x, .weight = torch::ones({5, 4}), .bias = torch::zeros({5})});
    EXPECT_TRUE(y[0].eq(4).all().item<bool>());
    EXPECT_TRUE(y[1].isnan().all().item<bool>());
  });
}

TEST(LinearRelu, ASecondDerivativeIsRefusedNotWrong) {
  const torch::Tensor x = torch::randn({2, 4}).requires_grad_(true);
  const torch::Tensor sum =
      linear_relu({.x = x, .weight = torch::ones({5, 4}), .bias = torch::ones({5})}).sum();
  EXPECT_THROW(torch::autograd::grad({sum}, {x}, {}, std::nullopt, /*create_graph=*/true),
               c10::Error);
}

TEST(LinearRelu, NamesTheShapesThatDisagree) {
  const torch::Tensor x = torch::ones({2, 4});
  EXPECT_THROW(linear_relu({.x = x, .weight = torch::ones({5, 3}), .bias = torch::ones({5})}),
               c10::Error);
  EXPECT_THROW(linear_relu({.x = x, .weight = torch::ones({5, 4}), .bias = torch::ones({4})}),
               c10::Error);
}

}  // namespace
}  // namespace nmt::kernels
