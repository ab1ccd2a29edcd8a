#include "nmt/optim/plateau.h"

#include <gtest/gtest.h>
#include <torch/optim.h>
#include <torch/types.h>

#include <cmath>
#include <limits>
#include <random>
#include <vector>

namespace nmt::optim::plateau_test {
namespace {

std::vector<bool> verdicts(PlateauRule& rule, const std::vector<double>& losses) {
  std::vector<bool> found;
  for (const double nll : losses) found.push_back(rule.observe(nll));
  return found;
}

TEST(PlateauRule, DecaysAfterSoManyValidationsWithoutABetterOne) {
  PlateauRule rule(2);
  EXPECT_EQ(verdicts(rule, {5.0, 4.0, 4.0, 4.5, 4.2, 3.9, 3.95, 3.8}),
            (std::vector<bool>{false, false, false, true, false, false, false, false}));
  EXPECT_EQ(rule.state(), (PlateauState{.best_nll = 3.8, .bad_validations = 0}));
}

TEST(PlateauRule, CountsAnewAfterADecayAndKeepsTheBest) {
  PlateauRule rule(2);
  EXPECT_EQ(verdicts(rule, {1.0, 2.0, 2.0, 1.5, 1.2}),
            (std::vector<bool>{false, false, true, false, true}));
  EXPECT_EQ(rule.state().best_nll, 1.0);
}

TEST(PlateauRule, PatienceOneDecaysAtOnce) {
  PlateauRule rule(1);
  EXPECT_EQ(verdicts(rule, {1.0, 1.0, 0.9}), (std::vector<bool>{false, true, false}));
}

TEST(PlateauRule, ALossThatIsNotFiniteIsNoImprovement) {
  PlateauRule rule(2);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(verdicts(rule, {nan, -1.0 / 0.0, 3.0, nan, nan}),
            (std::vector<bool>{false, true, false, false, true}));
  EXPECT_EQ(rule.state().best_nll, 3.0);
}

TEST(PlateauRule, GoesOnFromItsState) {
  PlateauRule first(3);
  verdicts(first, {2.0, 2.5, 2.5});
  PlateauRule second(3, first.state());
  EXPECT_TRUE(second.observe(2.0));
}

TEST(PlateauRule, IsTorchsReduceLrOnPlateau) {
  for (const int patience : {1, 2, 4}) {
    torch::optim::SGD sgd({torch::zeros({1})}, torch::optim::SGDOptions(1.0));
    torch::optim::ReduceLROnPlateauScheduler theirs(
        sgd, torch::optim::ReduceLROnPlateauScheduler::min, /*factor=*/0.5f, patience - 1,
        /*threshold=*/0.0, torch::optim::ReduceLROnPlateauScheduler::abs, /*cooldown=*/0,
        /*min_lr=*/{}, /*eps=*/0.0);
    PlateauRule mine(patience);
    std::mt19937 random(patience);
    double rate = 1.0;
    for (int i = 0; i < 60; ++i) {
      // Noise about a falling loss, in eighths so that float and double agree.
      const double nll = 8.0 - i / 16 + (random() % 32) / 8.0;
      theirs.step(static_cast<float>(nll));
      if (mine.observe(nll)) rate *= 0.5;
      ASSERT_DOUBLE_EQ(sgd.param_groups()[0].options().get_lr(), rate) << i;
    }
    EXPECT_LT(rate, 0.5);
  }
}

}  // namespace
}  // namespace nmt::optim::plateau_test
