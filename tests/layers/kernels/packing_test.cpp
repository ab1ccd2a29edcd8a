// Padded batches and their valid positions.

#include "layers/kernels/packing.h"

#include <gtest/gtest.h>

namespace nmt::kernels::packing_test {
namespace {

TEST(Packing, KeepsTheValidPositionsInTheirOrder) {
  const torch::Tensor padded = torch::arange(24).view({3, 4, 2});
  const Packing packing(torch::tensor({2, 0, 3}), 4);
  const torch::Tensor rows = torch::tensor({0, 1, 8, 9, 10});
  EXPECT_TRUE(torch::equal(packing.pack(padded), padded.view({12, 2}).index_select(0, rows)));
  EXPECT_TRUE(torch::equal(packing.positions(), torch::tensor({0, 1, 0, 1, 2})));
  const torch::Tensor back = packing.unpack(packing.pack(padded));
  ASSERT_EQ(back.sizes(), padded.sizes());
  EXPECT_TRUE(torch::equal(back[0].narrow(0, 0, 2), padded[0].narrow(0, 0, 2)));
  EXPECT_EQ(back[0].narrow(0, 2, 2).abs().sum().item<int64_t>(), 0);
  EXPECT_EQ(back[1].abs().sum().item<int64_t>(), 0);
  EXPECT_TRUE(torch::equal(back[2].narrow(0, 0, 3), padded[2].narrow(0, 0, 3)));
}

TEST(Packing, WithoutPaddingSharesTheStorage) {
  const torch::Tensor padded = torch::rand({2, 3, 4});
  const Packing packing(torch::tensor({3, 3}), 3);
  EXPECT_TRUE(packing.pack(padded).is_alias_of(padded));
  EXPECT_TRUE(torch::equal(packing.unpack(packing.pack(padded)), padded));
}

TEST(Packing, PassesGradientsBothWays) {
  const torch::Tensor padded = torch::rand({2, 3, 1}).requires_grad_(true);
  const Packing packing(torch::tensor({1, 2}), 3);
  (packing.unpack(packing.pack(padded)) * torch::arange(6).view({2, 3, 1})).sum().backward();
  EXPECT_TRUE(
      torch::equal(padded.grad().flatten(), torch::tensor({0, 0, 0, 3, 4, 0}).to(torch::kFloat32)));
}

TEST(Packing, RefusesWhatDoesNotFit) {
  EXPECT_THROW(Packing(torch::tensor({5}), 4), c10::Error);
  EXPECT_THROW(Packing(torch::tensor({-1}), 4), c10::Error);
  const Packing packing(torch::tensor({2, 1}), 4);
  EXPECT_THROW(packing.pack(torch::ones({2, 5})), c10::Error);
  EXPECT_THROW(packing.unpack(torch::ones({4, 2})), c10::Error);
}

}  // namespace
}  // namespace nmt::kernels::packing_test
