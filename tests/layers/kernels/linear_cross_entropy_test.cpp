// Output projection and label-smoothed loss in one: the plain form in float64 against its formula
// in loops and against differences, the fused form against the plain one.

#include "layers/kernels/linear_cross_entropy.h"

#include <ATen/Parallel.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <vector>

#include "tests/layers/double_precision.h"
#include "tests/layers/kernels/instruction_sets.h"
#include "tests/testing/temp_folder.h"

namespace nmt::kernels::linear_cross_entropy_test {
namespace {

using ::testing::HasSubstr;

using Loss = LossSums (*)(const LinearCrossEntropyInputs&);

struct Case {
  int64_t rows;
  int64_t inputs;
  int64_t vocabulary;
  double smoothing;
  double grad_loss = 1.0;
};

void PrintTo(const Case& one, std::ostream* out) {
  *out << "N " << one.rows << " D " << one.inputs << " V " << one.vocabulary << " smoothing "
       << one.smoothing << " scale " << one.grad_loss;
}

// Float32 values, so that they are the same in every dtype. Logits have a deviation of 3.
LinearCrossEntropyInputs random_inputs(const Case& one, torch::Dtype dtype) {
  at::Generator generator = testing::seeded(one.vocabulary + one.inputs);
  const auto draw = [&](c10::IntArrayRef shape, double deviation) {
    return (deviation * testing::normal(shape, generator)).to(torch::kFloat32).to(dtype);
  };
  return {.x = draw({one.rows, one.inputs}, 1.0),
          .weight = draw({one.vocabulary, one.inputs}, 3.0 / std::sqrt(one.inputs)),
          .bias = draw({one.vocabulary}, 0.5),
          .targets = torch::randint(one.vocabulary, {one.rows}, generator, torch::kInt64),
          .smoothing = one.smoothing};
}

// Whole numbers, so that all logits are exact; most of them beyond ±10⁴.
LinearCrossEntropyInputs huge_inputs(const Case& one, torch::Dtype dtype) {
  LinearCrossEntropyInputs in = random_inputs(one, torch::kFloat64);
  in.x = (in.x * 64.0).round().to(dtype);
  in.weight = (in.weight * 64.0 * std::sqrt(one.inputs)).round().to(dtype);
  in.bias = (in.bias * 1000.0).round().to(dtype);
  return in;
}

// loss, nll and the gradients of x, weight and bias, those undefined that do not exist.
std::vector<torch::Tensor> run(Loss loss, LinearCrossEntropyInputs in, double grad_loss,
                               const std::vector<bool>& wanted = {true, true, true}) {
  torch::Tensor* leaves[] = {&in.x, &in.weight, &in.bias};
  for (size_t i = 0; i < 3; ++i) *leaves[i] = leaves[i]->detach().clone().requires_grad_(wanted[i]);
  const LossSums sums = loss(in);
  if (sums.loss.requires_grad()) (grad_loss * sums.loss).backward();
  return {sums.loss.detach(), sums.nll, in.x.grad(), in.weight.grad(), in.bias.grad()};
}

using Inputs = LinearCrossEntropyInputs (*)(const Case&, torch::Dtype);

void expect_small_errors(const Case& one, Inputs inputs = random_inputs) {
  const char* names[] = {"loss", "nll", "x", "weight", "bias"};
  const auto truth =
      run(linear_cross_entropy_reference, inputs(one, torch::kFloat64), one.grad_loss);
  const LinearCrossEntropyInputs in = inputs(one, torch::kFloat32);
  const auto plain = run(linear_cross_entropy_reference, in, one.grad_loss);
  const auto error = [&](const torch::Tensor& part, size_t i) {
    return (part.to(torch::kFloat64) - truth[i]).abs().max().item<double>();
  };
  testing::on_each_instruction_set([&] {
    const auto fused = run(linear_cross_entropy, in, one.grad_loss);
    for (size_t i = 0; i < truth.size(); ++i) {
      const double largest = truth[i].abs().max().item<double>();
      EXPECT_LE(error(fused[i], i), 2.0 * error(plain[i], i) + 0x1p-19 * (1.0 + largest))
          << names[i] << " of " << ::testing::PrintToString(one);
    }
  });
}

TEST(LinearCrossEntropy, ErrsAtMostTwiceAsMuchAsThePlainForm) {
  for (const double smoothing : {0.0, 0.1}) {
    for (const int64_t inputs : {1, 64}) {
      for (const int64_t rows : {1, 7, 300}) {
        for (const int64_t vocabulary : {1, 17, 8000}) {
          expect_small_errors({rows, inputs, vocabulary, smoothing});
        }
      }
      expect_small_errors({2100, inputs, 17, smoothing});
    }
    expect_small_errors({300, 8, 8000, smoothing, 0.37});
    expect_small_errors({5, 8, 50000, smoothing, -2.0});
  }
}

TEST(LinearCrossEntropy, OfHugeLogitsIsExact) {
  for (const double smoothing : {0.0, 0.1}) {
    const Case one = {30, 16, 77, smoothing};
    const LinearCrossEntropyInputs in = huge_inputs(one, torch::kFloat64);
    ASSERT_GT(at::linear(in.x, in.weight, in.bias).abs().median().item<double>(), 1e4);
    expect_small_errors(one, huge_inputs);
  }
}

TEST(LinearCrossEntropy, OfNoRowsIsZero) {
  for (const Loss loss : {linear_cross_entropy, linear_cross_entropy_reference}) {
    const auto results = run(loss, random_inputs({0, 4, 17, 0.1}, torch::kFloat32), 2.0);
    EXPECT_EQ(results[0].item<double>(), 0.0);
    EXPECT_EQ(results[1].item<double>(), 0.0);
    EXPECT_EQ(results[2].numel(), 0);
    EXPECT_EQ(results[3].abs().sum().item<double>(), 0.0);
    EXPECT_EQ(results[4].abs().sum().item<double>(), 0.0);
  }
}

struct NaiveSums {
  double loss = 0.0;
  double nll = 0.0;
};

NaiveSums naive_sums(const LinearCrossEntropyInputs& in) {
  const naive::Rows logits = naive::linear(
      {{"z.weight", testing::rows_of(in.weight)}, {"z.bias", testing::rows_of(in.bias)}}, "z",
      testing::rows_of(in.x));
  NaiveSums sums;
  for (size_t n = 0; n < logits.size(); ++n) {
    const double vocabulary = static_cast<double>(logits[n].size());
    double total = 0.0;
    for (const double logit : logits[n]) total += std::exp(logit);
    for (size_t v = 0; v < logits[n].size(); ++v) {
      const double log_p = logits[n][v] - std::log(total);
      const bool target = static_cast<int64_t>(v) == in.targets[n].item<int64_t>();
      const double q = in.smoothing / vocabulary + (target ? 1.0 - in.smoothing : 0.0);
      sums.loss -= q * log_p;
      if (target) sums.nll -= log_p;
    }
  }
  return sums;
}

TEST(LinearCrossEntropyReference, MeetsItsFormulaAndDifferences) {
  at::Generator generator = testing::seeded(1);
  for (const double smoothing : {0.0, 0.1, 0.7}) {
    LinearCrossEntropyInputs in = random_inputs({5, 4, 7, smoothing}, torch::kFloat64);
    for (torch::Tensor* leaf : {&in.x, &in.weight, &in.bias}) leaf->requires_grad_(true);
    const LossSums sums = linear_cross_entropy_reference(in);
    const NaiveSums expected = naive_sums(in);
    EXPECT_NEAR(sums.loss.item<double>(), expected.loss, 1e-10);
    EXPECT_NEAR(sums.nll.item<double>(), expected.nll, 1e-10);
    (2.5 * sums.loss).backward();
    const auto value = [&] { return 2.5 * naive_sums(in).loss; };
    testing::expect_gradient("x", in.x, in.x.grad(), value, generator);
    testing::expect_gradient("weight", in.weight, in.weight.grad(), value, generator);
    testing::expect_gradient("bias", in.bias, in.bias.grad(), value, generator);
  }
}

TEST(LinearCrossEntropyReference, CanBeDifferentiatedTwice) {
  at::Generator generator = testing::seeded(2);
  LinearCrossEntropyInputs in = random_inputs({5, 4, 7, 0.1}, torch::kFloat64);
  in.weight.requires_grad_(true);
  const torch::Tensor direction = testing::normal(in.weight.sizes(), generator);
  const auto slope = [&](bool graph) {
    const auto loss = linear_cross_entropy_reference(in).loss;
    return (torch::autograd::grad({loss}, {in.weight}, {}, std::nullopt, graph)[0] * direction)
        .sum();
  };
  const torch::Tensor second = torch::autograd::grad({slope(true)}, {in.weight})[0];
  testing::expect_gradient(
      "weight", in.weight, second, [&] { return slope(false).item<double>(); }, generator);
}

TEST(LinearCrossEntropy, ASecondDerivativeIsRefusedNotWrong) {
  LinearCrossEntropyInputs in = random_inputs({5, 4, 7, 0.1}, torch::kFloat32);
  in.x.requires_grad_(true);
  const torch::Tensor loss = linear_cross_entropy(in).loss;
  const std::string message = testing::message_of<c10::Error>(
      [&] { torch::autograd::grad({loss}, {in.x}, {}, std::nullopt, /*create_graph=*/true); });
  EXPECT_THAT(message, HasSubstr("linear_cross_entropy: the fused form can be differentiated once "
                                 "only; use the reference (--backend reference)"));
}

TEST(LinearCrossEntropy, GivesTheGradientsThatAreAskedForAndTheSameSumsWithout) {
  const LinearCrossEntropyInputs in = random_inputs({40, 8, 37, 0.1}, torch::kFloat32);
  const auto all = run(linear_cross_entropy, in, 0.5);
  for (int subset = 0; subset < 8; ++subset) {
    const std::vector<bool> wanted = {(subset & 1) != 0, (subset & 2) != 0, (subset & 4) != 0};
    const auto some = run(linear_cross_entropy, in, 0.5, wanted);
    EXPECT_TRUE(torch::equal(some[0], all[0]));
    EXPECT_TRUE(torch::equal(some[1], all[1]));
    for (size_t i = 0; i < 3; ++i) {
      ASSERT_EQ(some[2 + i].defined(), wanted[i]) << subset;
      if (!wanted[i]) continue;
      EXPECT_TRUE(torch::equal(some[2 + i], all[2 + i])) << subset;
    }
  }
}

TEST(LinearCrossEntropy, HasNoGradientWithoutGradMode) {
  LinearCrossEntropyInputs in = random_inputs({40, 8, 37, 0.1}, torch::kFloat32);
  const LossSums expected = linear_cross_entropy(in);
  in.weight.requires_grad_(true);
  EXPECT_TRUE(linear_cross_entropy(in).loss.requires_grad());
  EXPECT_FALSE(linear_cross_entropy(in).nll.requires_grad());
  EXPECT_FALSE(linear_cross_entropy_reference(in).nll.requires_grad());
  const torch::NoGradGuard no_grad;
  const LossSums sums = linear_cross_entropy(in);
  EXPECT_FALSE(sums.loss.requires_grad());
  EXPECT_TRUE(torch::equal(sums.loss, expected.loss));
}

TEST(LinearCrossEntropy, CanGoBackThroughOneGraphSeveralTimes) {
  LinearCrossEntropyInputs in = random_inputs({40, 8, 37, 0.1}, torch::kFloat32);
  in.weight.requires_grad_(true);
  const torch::Tensor loss = linear_cross_entropy(in).loss;
  const torch::Tensor once =
      torch::autograd::grad({loss}, {in.weight}, {}, /*retain_graph=*/true)[0];
  const torch::Tensor before = once.clone();
  loss.backward({}, /*retain_graph=*/true);
  EXPECT_TRUE(torch::equal(in.weight.grad(), once));
  (0.5 * loss).backward();
  EXPECT_TRUE(torch::allclose(in.weight.grad(), 1.5 * once));
  EXPECT_TRUE(torch::equal(once, before));
}

TEST(LinearCrossEntropy, TakesAnyStrides) {
  const LinearCrossEntropyInputs in = random_inputs({40, 8, 37, 0.1}, torch::kFloat32);
  LinearCrossEntropyInputs strided = in;
  strided.x = in.x.t().contiguous().t();
  strided.weight = in.weight.t().contiguous().t();
  strided.bias = torch::stack({in.bias, in.bias}, 1).select(1, 0);
  strided.targets = torch::stack({in.targets, in.targets}, 1).select(1, 0);
  const auto expected = run(linear_cross_entropy, in, 0.5);
  const auto actual = run(linear_cross_entropy, strided, 0.5);
  for (size_t i = 0; i < expected.size(); ++i) {
    EXPECT_TRUE(torch::allclose(actual[i], expected[i], 1e-5, 1e-6)) << i;
  }
}

TEST(LinearCrossEntropy, ThreadsDoNotChangeABit) {
  const LinearCrossEntropyInputs in = random_inputs({600, 16, 8000, 0.1}, torch::kFloat32);
  const int threads = at::get_num_threads();
  at::set_num_threads(1);
  const auto alone = run(linear_cross_entropy, in, 0.5);
  at::set_num_threads(2);
  const auto two = run(linear_cross_entropy, in, 0.5);
  at::set_num_threads(threads);
  EXPECT_TRUE(torch::equal(alone[0], two[0]));
  EXPECT_TRUE(torch::equal(alone[1], two[1]));
  EXPECT_TRUE(torch::equal(alone[4], two[4]));
}

// One logit of each row is `value`: in the first, in a later and behind the last whole vector.
void expect_not_finite(float value, double smoothing) {
  LinearCrossEntropyInputs in = random_inputs({3, 4, 37, smoothing}, torch::kFloat32);
  in.weight.requires_grad_(true);
  const torch::Tensor bias = in.bias;
  for (const int64_t at : {0, 5, 31, 36}) {
    SCOPED_TRACE(::testing::Message() << value << " at " << at << ", smoothing " << smoothing);
    in.bias = bias.clone();
    in.bias[at] = value;
    const LossSums sums = linear_cross_entropy(in);
    EXPECT_FALSE(std::isfinite(sums.loss.item<float>()));
    if (std::isnan(value)) {
      EXPECT_TRUE(sums.nll.isnan().item<bool>());
      sums.loss.backward();
      EXPECT_TRUE(in.weight.grad().isnan().all().item<bool>());
    }
    const torch::NoGradGuard no_grad;
    EXPECT_FALSE(std::isfinite(linear_cross_entropy(in).loss.item<float>()));
    EXPECT_FALSE(std::isfinite(linear_cross_entropy_reference(in).loss.item<float>()));
  }
}

TEST(LinearCrossEntropy, NotANumberAndInfinityAreNotHidden) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  testing::on_each_instruction_set([] {
    for (const double smoothing : {0.0, 0.1}) {
      expect_not_finite(std::numeric_limits<float>::quiet_NaN(), smoothing);
      expect_not_finite(std::bit_cast<float>(0x7fffffffu), smoothing);
      expect_not_finite(std::bit_cast<float>(0xffc00155u), smoothing);
      expect_not_finite(kInfinity, smoothing);
      expect_not_finite(-kInfinity, smoothing);
    }
  });
}

TEST(LinearCrossEntropy, NamesWhatIsWrong) {
  const LinearCrossEntropyInputs good = random_inputs({3, 4, 7, 0.1}, torch::kFloat32);
  const auto expect_message = [](LinearCrossEntropyInputs in, const char* part) {
    for (const Loss loss : {linear_cross_entropy, linear_cross_entropy_reference}) {
      EXPECT_THAT(testing::message_of<c10::Error>([&] { loss(in); }), HasSubstr(part));
    }
  };
  auto bad = good;
  bad.x = torch::ones({3, 5});
  expect_message(bad, "needs x [N, D] and weight [V, D], got [3, 5] and [7, 4]");
  bad = good;
  bad.bias = torch::ones({6});
  expect_message(bad, "bias must have the weight's 7 outputs, got [6]");
  bad = good;
  bad.targets = torch::zeros({2}, torch::kInt64);
  expect_message(bad, "targets must be int64, one for each of the 3 rows of x, got Long [2]");
  bad.targets = torch::zeros({3}, torch::kInt32);
  expect_message(bad, "got Int [3]");
  bad.targets = torch::tensor({0, 7, 1});
  expect_message(bad, "targets must be in [0, 7), got 7");
  bad.targets = torch::tensor({0, 6, -1});
  expect_message(bad, "targets must be in [0, 7), got -1");
  bad = good;
  bad.smoothing = 1.0;
  expect_message(bad, "smoothing must be in [0, 1), got 1");
}

}  // namespace
}  // namespace nmt::kernels::linear_cross_entropy_test
