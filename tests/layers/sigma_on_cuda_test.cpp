// The spectral matrices of a GPU, taken together, against the CPU, which takes one after the other.

#include "layers/sigma_on_cuda.h"

#include <gtest/gtest.h>

#include "layers/kernels/device.h"
#include "tests/layers/double_precision.h"
#include "tests/testing/backend.h"

namespace nmt::layers::sigma_on_cuda_test {
namespace {

// A model of stacks with the same numbers wherever it is made.
struct Stacks {
  explicit Stacks(LinearKind kind, torch::Device device) {
    at::Generator generator = testing::seeded(7);
    for (const auto& [rows, columns] : std::vector<std::pair<int64_t, int64_t>>{
             {1, 3}, {8, 16}, {5, 200}, {700, 16}, {16, 1030}, {257, 300}}) {
      owners.push_back(std::make_unique<torch::nn::Module>());
      stacks.push_back(std::make_unique<StackedLinear>(
          *owners.back(), StackedLinearOptions{.in_features = columns,
                                               .parts = {{"a", rows}, {"b", 2 * rows}, {"c", rows}},
                                               .products = {1, 2},
                                               .groups = {2, 1},
                                               .kind = kind,
                                               .gamma_start = 1.5}));
      StackedLinear& linear = *stacks.back();
      for (const LinearPart& part : linear.parts()) {
        part->weight.copy_(testing::normal(part->weight.sizes(), generator));
      }
      linear.initialize_parametrization();
      linear.move_to(device);
      for (torch::Tensor leaf : linear.leaves()) {
        leaf.mutable_grad() = testing::normal(leaf.sizes(), generator).to(device, torch::kFloat32);
      }
      all.push_back(&linear);
    }
  }

  std::vector<torch::Tensor> values() const {
    std::vector<torch::Tensor> found;
    for (size_t i = 0; i < all.size(); ++i) {
      for (const torch::Tensor& parameter : owners[i]->parameters()) {
        if (parameter.grad().defined()) found.push_back(parameter.grad().cpu());
      }
      for (const torch::Tensor& buffer : owners[i]->buffers()) found.push_back(buffer.cpu());
      for (const torch::Tensor& leaf : all[i]->leaves()) found.push_back(leaf.detach().cpu());
    }
    return found;
  }

  std::vector<std::unique_ptr<torch::nn::Module>> owners;
  std::vector<std::unique_ptr<StackedLinear>> stacks;
  std::vector<StackedLinear*> all;
};

TEST(SigmaOnCuda, DoesWhatEachMatrixDoesByItself) {
  const kernels::CudaDevices devices = kernels::find_cuda_devices();
  if (devices.usable.empty()) NMT_SKIP_BACKEND("cuda", devices.reason);
  for (const auto& [kind, power_steps] : std::vector<std::pair<LinearKind, int64_t>>{
           {LinearKind::kSigma, 1}, {LinearKind::kSigma, 3}, {LinearKind::kSpectralNorm, 1}}) {
    Stacks here(kind, torch::kCPU), there(kind, torch::kCUDA);
    for (StackedLinear* linear : here.all) {
      linear->pull_gradients_back();
      linear->advance(power_steps);
    }
    SigmaOnCuda together(there.all);
    together.pull_gradients_back();
    together.advance(power_steps);
    const std::vector<torch::Tensor> expected = here.values(), actual = there.values();
    ASSERT_EQ(actual.size(), expected.size());
    for (size_t i = 0; i < expected.size(); ++i) {
      const double largest = expected[i].abs().max().item<double>();
      EXPECT_LT((actual[i] - expected[i]).abs().max().item<double>(), 2e-5 * (1.0 + largest)) << i;
    }
  }
}

TEST(SigmaOnCuda, LeavesTheCpuAndOtherKindsAlone) {
  Stacks plain(LinearKind::kPlain, torch::kCPU), sigma(LinearKind::kSigma, torch::kCPU);
  EXPECT_FALSE(SigmaOnCuda(plain.all).covers(plain.all[0]));
  EXPECT_FALSE(SigmaOnCuda(sigma.all).covers(sigma.all[0]));
  SigmaOnCuda(sigma.all).advance();
}

}  // namespace
}  // namespace nmt::layers::sigma_on_cuda_test
