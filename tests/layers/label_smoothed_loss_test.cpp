// The smoothed loss against its formula in plain loops, its gradient against differences.

#include "layers/label_smoothed_loss.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/layers/double_precision.h"

namespace nmt::layers {
namespace {

struct NaiveSums {
  double loss = 0.0;
  double nll = 0.0;
};

NaiveSums naive_sums(const naive::Rows& logits, const std::vector<int64_t>& targets,
                     double smoothing) {
  NaiveSums sums;
  for (size_t n = 0; n < logits.size(); ++n) {
    const double vocabulary = static_cast<double>(logits[n].size());
    double total = 0.0;
    for (const double logit : logits[n]) total += std::exp(logit);
    for (size_t v = 0; v < logits[n].size(); ++v) {
      const double log_p = logits[n][v] - std::log(total);
      const bool target = static_cast<int64_t>(v) == targets[n];
      const double q = smoothing / vocabulary + (target ? 1.0 - smoothing : 0.0);
      sums.loss -= q * log_p;
      if (target) sums.nll -= log_p;
    }
  }
  return sums;
}

TEST(LabelSmoothedLoss, MeetsItsFormulaAndDifferences) {
  at::Generator generator = testing::seeded(1);
  const std::vector<int64_t> targets = {0, 6, 3, 3, 1};
  const torch::Tensor ids = torch::tensor(targets);
  for (const double smoothing : {0.0, 0.1, 0.7}) {
    const torch::Tensor logits = (3.0 * testing::normal({5, 7}, generator)).requires_grad_(true);
    const LossSums sums = label_smoothed_loss(logits, ids, smoothing);
    const NaiveSums expected = naive_sums(testing::rows_of(logits), targets, smoothing);
    EXPECT_NEAR(sums.loss.item<double>(), expected.loss, 1e-10);
    EXPECT_NEAR(sums.nll.item<double>(), expected.nll, 1e-10);
    (2.5 * sums.loss).backward();
    const auto value = [&] {
      return 2.5 * naive_sums(testing::rows_of(logits), targets, smoothing).loss;
    };
    for (int i = 0; i < 5; ++i) {
      testing::expect_gradient("logits", logits, logits.grad(), value, generator);
    }
  }
}

TEST(LabelSmoothedLoss, OfHugeLogitsIsFinite) {
  const torch::Tensor logits = torch::tensor({{1e4, 0.0, -1e4}}, torch::kFloat64);
  EXPECT_DOUBLE_EQ(label_smoothed_loss(logits, torch::tensor({0}), 0.0).loss.item<double>(), 0.0);
  EXPECT_DOUBLE_EQ(label_smoothed_loss(logits, torch::tensor({2}), 0.0).nll.item<double>(), 2e4);
}

TEST(LabelSmoothedLoss, NllHasNoGradient) {
  const torch::Tensor logits = torch::zeros({2, 3}).requires_grad_(true);
  EXPECT_FALSE(label_smoothed_loss(logits, torch::tensor({0, 1}), 0.1).nll.requires_grad());
}

TEST(LabelSmoothedLoss, RefusesOtherShapes) {
  EXPECT_THROW(label_smoothed_loss(torch::zeros({2, 3}), torch::tensor({0}), 0.1), c10::Error);
  EXPECT_THROW(label_smoothed_loss(torch::zeros({3}), torch::tensor({0}), 0.1), c10::Error);
}

}  // namespace
}  // namespace nmt::layers
