// Attention on a GPU: the cases of attention_test.cpp that do not ask for instruction sets, and
// what is a GPU's own. Skipped, with the reason, where there is none.

#include <gtest/gtest.h>

#include "layers/kernels/attention.h"
#include "layers/kernels/attention_cuda.h"
#include "layers/kernels/device.h"
#include "layers/kernels/packing.h"
#include "layers/kernels/split_heads.h"
#include "tests/layers/kernels/attention_problem.h"
#include "tests/testing/backend.h"

namespace nmt::kernels::attention_cuda_test {
namespace {

class AttentionCuda : public ::testing::TestWithParam<torch::Dtype> {
 protected:
  void SetUp() override {
    const CudaDevices devices = find_cuda_devices();
    if (devices.usable.empty()) NMT_SKIP_BACKEND("cuda", devices.reason);
  }
};

std::vector<testing::AttentionShape> fused_shapes() {
  std::vector<testing::AttentionShape> all = testing::attention_shapes();
  std::erase_if(all, [](const auto& shape) { return !cuda_attention_takes(1, shape.size); });
  return all;
}

// Of a block, in bytes: 48 Ki on every device, 64 Ki on Turing, 99 Ki on devices of capability 8.6
// and 12.0, more on the other ones.
TEST(AttentionCudaMemory, SuitsEveryDeviceUpToHeadsOf64AndAllButTuringUpTo128) {
  if (attention_shared_bytes(16) == 0) NMT_SKIP_BACKEND("cuda", "this build has no CUDA kernels");
  for (const int64_t size : {16, 32, 64}) EXPECT_LE(attention_shared_bytes(size), 48 * 1024);
  EXPECT_GT(attention_shared_bytes(128), 64 * 1024);
  EXPECT_LE(attention_shared_bytes(128), 99 * 1024);
  EXPECT_EQ(attention_shared_bytes(129), 0);
}

TEST_P(AttentionCuda, ErrsAtMostTwiceAsMuchAsTheUnfusedForm) {
  for (const testing::AttentionShape& shape : fused_shapes()) {
    for (const double dropout : {0.0, 0.3}) {
      SCOPED_TRACE(::testing::Message() << shape << " dropout " << dropout);
      testing::expect_small_error(shape, GetParam(), dropout, torch::kCUDA);
    }
  }
}

TEST_P(AttentionCuda, StatisticsAreThoseOfTheReference) {
  for (const testing::AttentionShape& shape : fused_shapes()) {
    SCOPED_TRACE(::testing::Message() << shape);
    testing::expect_right_statistics(shape, GetParam(), torch::kCUDA);
  }
}

TEST_P(AttentionCuda, PackedPartsOfAProductGiveWhatPaddedOnesGive) {
  at::Generator generator = testing::seeded(3);
  const torch::Tensor lengths = torch::tensor({21, 0, 40, 9});
  const AttentionMask mask(lengths, lengths, 40, 40, true);
  const Packing packing(lengths, 40, torch::kCUDA);
  const torch::Tensor padded =
      testing::normal({4, 40, 3 * 4 * 16}, generator).to(torch::kCUDA, GetParam());
  const auto run = [&](const torch::Tensor& product) {
    torch::Tensor leaf = product.clone().requires_grad_(true);
    const std::vector<torch::Tensor> parts = split_heads(leaf, 3, 4);
    const torch::Tensor out =
        attention({.q = parts[0], .k = parts[1], .v = parts[2], .mask = mask, .dropout = {0.2, 7}})
            .out;
    (out * out).sum().backward();
    return std::pair(out.detach(), leaf.grad());
  };
  const auto [out, gradient] = run(padded);
  const auto [packed_out, packed_gradient] = run(packing.pack(padded));
  EXPECT_TRUE(torch::equal(packing.pack(out), packed_out));
  EXPECT_TRUE(torch::equal(packing.pack(gradient), packed_gradient));
}

TEST_P(AttentionCuda, AnotherRunGivesTheSameBits) {
  const testing::AttentionProblem problem({{125, 17, 3}, {125, 17, 3}, 125, 125, 4, 32, true},
                                          GetParam(), 0.2);
  const testing::AttentionResult one = problem.run(attention, GetParam(), torch::kCUDA);
  const testing::AttentionResult two = problem.run(attention, GetParam(), torch::kCUDA);
  EXPECT_TRUE(torch::equal(one.out, two.out));
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(torch::equal(one.gradients[i], two.gradients[i]));
}

INSTANTIATE_TEST_SUITE_P(Types, AttentionCuda, ::testing::Values(torch::kFloat32, torch::kBFloat16),
                         [](const auto& info) {
                           return std::string(info.param == torch::kFloat32 ? "float32"
                                                                            : "bfloat16");
                         });

using DropoutCuda = AttentionCuda;

TEST_P(DropoutCuda, MasksAreThoseOfTheCpu) {
  const Dropout dropout = {0.3, 0x123456789abcdefu, /*first_row=*/5};
  const torch::Tensor here = dropout_mask({3, 1001}, GetParam(), dropout);
  const torch::Tensor there = dropout_mask({3, 1001}, GetParam(), dropout, torch::kCUDA);
  EXPECT_TRUE(torch::equal(there.cpu(), here));
}

INSTANTIATE_TEST_SUITE_P(Types, DropoutCuda, ::testing::Values(torch::kFloat32, torch::kFloat64));

}  // namespace
}  // namespace nmt::kernels::attention_cuda_test
