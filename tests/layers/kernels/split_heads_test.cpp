// Parts of a fused product as views, and their gradients as one buffer.

#include "layers/kernels/split_heads.h"

#include <gtest/gtest.h>

#include <vector>

namespace nmt::kernels::split_heads_test {
namespace {

TEST(SplitHeads, HandsSideBySideGradientsOnAsTheyAre) {
  torch::Tensor product = torch::randn({2, 5, 3 * 2 * 4}).requires_grad_(true);
  const std::vector<torch::Tensor> parts = split_heads(product, 3, 2);
  for (int64_t i = 0; i < 3; ++i) {
    EXPECT_TRUE(torch::equal(parts[i], product.view({2, 5, 3, 2, 4}).select(2, i)));
  }
  const torch::Tensor whole = torch::randn({2, 5, 3, 2, 4});
  const std::vector<torch::Tensor> beside = {whole.select(2, 0), whole.select(2, 1),
                                             whole.select(2, 2)};
  const torch::Tensor same = torch::autograd::grad(parts, {product}, beside, true)[0];
  EXPECT_EQ(same.data_ptr(), whole.data_ptr());
  EXPECT_TRUE(torch::equal(same, whole.flatten(2)));
  const std::vector<torch::Tensor> shuffled = {beside[1], beside[0], beside[2]};
  const torch::Tensor copied = torch::autograd::grad(parts, {product}, shuffled, true)[0];
  EXPECT_TRUE(torch::equal(copied.view({2, 5, 3, 2, 4}).select(2, 0), beside[1]));
  const torch::Tensor one = torch::autograd::grad({parts[1].sum()}, {product})[0];
  EXPECT_EQ(one.sum().item<double>(), 2 * 5 * 2 * 4);
}

TEST(SplitHeads, RefusesWhatDoesNotDivide) {
  EXPECT_THROW(split_heads(torch::randn({2, 10}), 3, 2), c10::Error);
}

}  // namespace
}  // namespace nmt::kernels::split_heads_test
