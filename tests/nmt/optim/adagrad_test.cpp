#include "nmt/optim/adagrad.h"

#include <gtest/gtest.h>

#include "tests/nmt/optim/updates.h"

namespace nmt::optim {
namespace {

TEST(Adagrad, MeetsTorch) {
  for (const double weight_decay : {0.0, 0.1}) {
    Adagrad adagrad({.adam_eps = 1e-3, .weight_decay = weight_decay});
    testing::expect_like_torch<torch::optim::Adagrad>(
        adagrad, torch::optim::AdagradOptions(1.0).eps(1e-3), weight_decay, 2e-6);
  }
}

TEST(Adagrad, TheFirstStepMovesByTheLearningRateAndLaterOnesByItsRoot) {
  std::vector<Parameter> parameters = {
      {.name = "p", .value = torch::zeros({2}), .gradient = torch::tensor({1e-2f, -20.0f})}};
  Adagrad adagrad({});
  adagrad.step(parameters, 0.5, 1.0);
  EXPECT_NEAR(parameters[0].value[0].item<double>(), -0.5, 1e-6);
  EXPECT_NEAR(parameters[0].value[1].item<double>(), 0.5, 1e-6);
  adagrad.step(parameters, 0.5, 1.0);
  EXPECT_NEAR(parameters[0].value[1].item<double>(), 0.5 + 0.5 / std::sqrt(2.0), 1e-6);
}

}  // namespace
}  // namespace nmt::optim
