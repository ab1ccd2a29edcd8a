// The profiling pass of Admin by hand: ω of three sublayers from known variances.

#include "layers/admin_profile.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/layers/double_precision.h"

namespace nmt::layers::admin_profile_test {
namespace {

// Half of the numbers are `value`, half −value: variance value².
torch::Tensor of_deviation(double value) {
  return torch::tensor({value, -value, -value, value, value, -value}, torch::kFloat64).view({3, 2});
}

TEST(AdminProfile, AddsUpTheVariancesOfTheBranchesBelow) {
  AdminProfile profile;
  std::vector<torch::Tensor> omegas;
  for (int i = 0; i < 3; ++i) omegas.push_back(torch::full({2}, 9.0, torch::kFloat64));
  profile.observe_skip(omegas[0], of_deviation(0.8), of_deviation(0.6));
  profile.observe_skip(omegas[1], of_deviation(1.0), of_deviation(2.0));
  profile.observe_skip(omegas[2], of_deviation(1.0), of_deviation(1.0));
  // 1; √(0.64 + 0.36); √(1 + 4).
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(omegas[0][i].item<double>(), 1.0);
    EXPECT_NEAR(omegas[1][i].item<double>(), 1.0, 1e-15);
    EXPECT_NEAR(omegas[2][i].item<double>(), std::sqrt(5.0), 1e-15);
  }
}

TEST(AdminProfile, AppliesOmegaToTheSkipPathAndLeavesMeansOut) {
  AdminProfile profile;
  const torch::Tensor first = torch::ones({2}), second = torch::ones({2});
  const torch::Tensor third = torch::ones({2}, torch::kFloat64);
  profile.observe_skip(first, of_deviation(1.0) + 5.0, of_deviation(2.0) - 7.0);
  profile.observe_skip(second, of_deviation(3.0), of_deviation(0.0));
  profile.observe_skip(third, of_deviation(1.0), of_deviation(1.0));
  EXPECT_NEAR(third[0].item<double>(), std::sqrt(5.0) * 3.0, 1e-12);
}

TEST(AdminProfile, SetsParametersThatRequireGradients) {
  AdminProfile profile;
  const torch::Tensor omega = torch::full({2}, 3.0).requires_grad_(true);
  profile.observe_skip(omega, torch::ones({1, 2}), torch::ones({1, 2}));
  EXPECT_TRUE(omega.eq(1.0).all().item<bool>());
  EXPECT_TRUE(omega.requires_grad());
}

}  // namespace
}  // namespace nmt::layers::admin_profile_test
