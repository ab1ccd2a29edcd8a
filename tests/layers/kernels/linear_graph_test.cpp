// A linear layer without its values: the gradients of at::linear to the bit, and NaN for who reads
// it.

#include "layers/kernels/linear_graph.h"

#include <gtest/gtest.h>

#include "tests/layers/double_precision.h"

namespace nmt::kernels::linear_graph_test {
namespace {

TEST(LinearGraph, HasTheGradientsOfTheProduct) {
  at::Generator generator = testing::seeded(4);
  for (const torch::Dtype dtype : {torch::kFloat32, torch::kFloat64}) {
    const torch::Tensor x = testing::normal({37, 24}, generator).to(dtype);
    const torch::Tensor weight = testing::normal({19, 24}, generator).to(dtype);
    const torch::Tensor bias = testing::normal({19}, generator).to(dtype);
    const torch::Tensor grad = testing::normal({37, 19}, generator).to(dtype);
    const auto gradients_of = [&](const auto& layer) {
      std::vector<torch::Tensor> leaves = {x.clone(), weight.clone(), bias.clone()};
      for (torch::Tensor& leaf : leaves) leaf.requires_grad_(true);
      layer(leaves[0], leaves[1], leaves[2]).backward(grad);
      return std::vector<torch::Tensor>{leaves[0].grad(), leaves[1].grad(), leaves[2].grad()};
    };
    const auto expected = gradients_of(
        [](const auto& a, const auto& w, const auto& b) { return at::linear(a, w, b); });
    const auto actual = gradients_of(linear_graph);
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(torch::equal(actual[i], expected[i])) << i;
  }
}

TEST(LinearGraph, HasNoValues) {
  const torch::Tensor y = linear_graph(torch::ones({2, 3}), torch::ones({4, 3}), torch::ones({4}));
  EXPECT_EQ(y.sizes(), torch::IntArrayRef({2, 4}));
  EXPECT_TRUE(y.isnan().all().item<bool>());
  EXPECT_THROW(linear_graph(torch::ones({1, 2, 3}), torch::ones({4, 3}), torch::ones({4})),
               c10::Error);
}

}  // namespace
}  // namespace nmt::kernels::linear_graph_test
