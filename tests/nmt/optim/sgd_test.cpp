#include "nmt/optim/sgd.h"

#include <gtest/gtest.h>

#include "tests/nmt/optim/updates.h"

namespace nmt::optim {
namespace {

using torch::optim::SGDOptions;

SGDOptions torch_options(double momentum, bool nesterov) {
  return SGDOptions(1.0).momentum(momentum).nesterov(nesterov);
}

TEST(Sgd, MeetsTorchWithoutMomentum) {
  Sgd sgd({.momentum = 0.0, .weight_decay = 0.1});
  testing::expect_like_torch<torch::optim::SGD>(sgd, torch_options(0.0, false), 0.1, 2e-6);
}

TEST(Sgd, MeetsTorchWithMomentum) {
  Sgd sgd({.momentum = 0.9});
  testing::expect_like_torch<torch::optim::SGD>(sgd, torch_options(0.9, false), 0.0, 5e-6);
  Sgd decaying({.momentum = 0.9, .weight_decay = 0.1});
  testing::expect_like_torch<torch::optim::SGD>(decaying, torch_options(0.9, false), 0.1, 5e-6);
}

TEST(Sgd, MeetsTorchWithNesterovsMomentum) {
  Sgd sgd({.momentum = 0.8, .nesterov = true, .weight_decay = 0.1});
  testing::expect_like_torch<torch::optim::SGD>(sgd, torch_options(0.8, true), 0.1, 5e-6);
}

TEST(Sgd, WithoutMomentumDecoupledDecayIsTheL2Term) {
  Sgd sgd({.momentum = 0.0, .weight_decay = 0.3});
  testing::expect_formula(
      sgd,
      [](testing::PlainParameter& p, double rate, int) {
        const double decay = p.decays ? 0.3 : 0.0;
        for (size_t i = 0; i < p.value.size(); ++i) {
          p.value[i] -= rate * (p.gradient[i] + decay * p.value[i]);
        }
      },
      2e-6);
}

TEST(Sgd, KeepsNoStateWithoutMomentum) {
  for (const double momentum : {0.0, 0.5}) {
    std::vector<Parameter> parameters = {
        {.name = "x", .value = torch::zeros({2}), .gradient = torch::ones({2})}};
    Sgd sgd({.momentum = momentum});
    sgd.step(parameters, 0.1, 1.0);
    EXPECT_EQ(sgd.state().size(), momentum == 0.0 ? 1u : 2u);  // The counter always.
  }
}

TEST(Sgd, RefusesNesterovWithoutMomentum) {
  EXPECT_THROW(Sgd({.momentum = 0.0, .nesterov = true}), c10::Error);
}

}  // namespace
}  // namespace nmt::optim
