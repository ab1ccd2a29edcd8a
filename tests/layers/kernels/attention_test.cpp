// The fused attention against the reference in float64: every instruction set that the machine has,
// forced one after the other, storage types, shapes, masks, dropout. Its error may be twice that of
// the reference in the storage type.
//
// NMT_REQUIRE_BACKENDS, a list of instruction sets ("AVX2,AVX3"): one that is missing is a failure
// instead of a skipped case. Built a second time with NMT_SCALAR_KERNELS, the loops without
// vectors.

#include "layers/kernels/attention.h"

#include <ATen/Parallel.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

#include "layers/kernels/split_heads.h"
#include "tests/layers/double_precision.h"
#include "tests/layers/kernels/instruction_sets.h"

namespace nmt::kernels {
namespace {

struct Shape {
  std::vector<int64_t> query_lengths;
  std::vector<int64_t> key_lengths;
  int64_t queries;
  int64_t keys;
  int64_t heads;
  int64_t size;
  bool causal;
};

std::ostream& operator<<(std::ostream& stream, const Shape& shape) {
  return stream << "T=" << shape.queries << " S=" << shape.keys << " H=" << shape.heads
                << " K=" << shape.size << (shape.causal ? " causal" : "");
}

std::vector<Shape> shapes() {
  std::vector<Shape> all = {{{25, 17}, {25, 17}, 25, 25, 2, 64, false},
                            {{25, 17}, {25, 17}, 25, 25, 2, 64, true},
                            {{7, 3}, {19, 30}, 7, 30, 2, 16, false},
                            {{5}, {5}, 5, 5, 1, 8, true},
                            {{1}, {1}, 1, 1, 1, 8, false},
                            {{4, 4}, {0, 3}, 4, 3, 2, 12, false},
                            {{0, 2}, {3, 3}, 2, 3, 1, 32, false},
                            {{130}, {130}, 130, 130, 1, 64, true},
                            {{60}, {300}, 60, 300, 1, 24, false},
                            {{97}, {129}, 97, 129, 1, 128, false},
                            {{33}, {65}, 33, 65, 1, 256, false},
                            {{300}, {300}, 300, 300, 1, 40, true},
                            {{13}, {13}, 13, 13, 3, 9, true},
                            {{2}, {4096}, 2, 4096, 1, 8, false}};
  for (int64_t length = 1; length <= 34; ++length) {
    all.push_back({{length}, {length}, length, length, 1, 20, length % 2 == 0});
  }
  return all;
}

struct Result {
  torch::Tensor out, entropy, max_logit;
  std::vector<torch::Tensor> gradients;  // Of q, k, v.
};

class Attention : public ::testing::TestWithParam<std::tuple<testing::InstructionSet, bool>> {
 protected:
  void SetUp() override {
    const testing::InstructionSet& set = std::get<0>(GetParam());
    if (testing::has(set)) return;
    ASSERT_FALSE(testing::is_required(set)) << "this machine has no " << set.name;
    GTEST_SKIP() << "this machine has no " << set.name;
  }
  const testing::InstructionSet& set() const { return std::get<0>(GetParam()); }
  torch::Dtype dtype() const {
    return std::get<1>(GetParam()) ? torch::kBFloat16 : torch::kFloat32;
  }
};

AttentionMask mask_of(const Shape& shape) {
  return {torch::tensor(shape.query_lengths), torch::tensor(shape.key_lengths), shape.queries,
          shape.keys, shape.causal};
}

// The first rows of each sentence; what lies behind them is arbitrary.
torch::Tensor valid_rows(const torch::Tensor& x, const std::vector<int64_t>& lengths) {
  std::vector<torch::Tensor> parts;
  for (int64_t b = 0; b < x.size(0); ++b) parts.push_back(x[b].narrow(0, 0, lengths[b]).flatten());
  return at::cat(parts).detach().to(torch::kFloat64);
}

class Problem {
 public:
  Problem(const Shape& shape, torch::Dtype storage, double dropout)
      : shape_(shape), dropout_(dropout), mask_(mask_of(shape)) {
    at::Generator generator = testing::seeded(shape.queries * 1000 + shape.keys);
    const auto random = [&](int64_t length) {
      const std::vector<int64_t> sizes = {std::ssize(shape.key_lengths), length, shape.heads,
                                          shape.size};
      return testing::normal(sizes, generator).to(storage);
    };
    inputs_ = {random(shape.queries), random(shape.keys), random(shape.keys)};
    grad_out_ = random(shape.queries);
  }

  Result run(AttentionOutputs (*attend)(const AttentionInputs&), torch::Dtype dtype) const {
    std::vector<torch::Tensor> leaves;
    for (const torch::Tensor& input : inputs_) {
      leaves.push_back(input.to(dtype).clone().requires_grad_(true));
    }
    const AttentionOutputs outputs = attend({.q = leaves[0],
                                             .k = leaves[1],
                                             .v = leaves[2],
                                             .mask = mask_,
                                             .dropout = {dropout_, 5},
                                             .statistics = true});
    Result result{outputs.out, outputs.entropy, outputs.max_logit, {}};
    // Padded rows are never used, so no gradient comes from them.
    torch::Tensor used = grad_out_.to(dtype).clone();
    for (int64_t b = 0; b < used.size(0); ++b) {
      used[b].narrow(0, shape_.query_lengths[b], shape_.queries - shape_.query_lengths[b]).zero_();
    }
    outputs.out.backward(used);
    for (const torch::Tensor& leaf : leaves) result.gradients.push_back(leaf.grad());
    return result;
  }

  // The largest difference of `part` from the truth.
  double error(const torch::Tensor& part, const torch::Tensor& truth,
               const std::vector<int64_t>& lengths) const {
    const torch::Tensor difference = (valid_rows(part, lengths) - valid_rows(truth, lengths)).abs();
    return difference.numel() == 0 ? 0.0 : difference.max().item<double>();
  }

  // The largest number of `truth`, without its sign.
  double largest(const torch::Tensor& truth, const std::vector<int64_t>& lengths) const {
    return error(torch::zeros_like(truth), truth, lengths);
  }

 private:
  Shape shape_;
  double dropout_;
  AttentionMask mask_;
  std::vector<torch::Tensor> inputs_;
  torch::Tensor grad_out_;
};

TEST_P(Attention, ErrsAtMostTwiceAsMuchAsTheUnfusedForm) {
  const testing::ForcedInstructionSet forced(set());
  for (const Shape& shape : shapes()) {
    for (const double dropout : {0.0, 0.3}) {
      SCOPED_TRACE(::testing::Message() << shape << " dropout " << dropout);
      const Problem problem(shape, dtype(), dropout);
      const Result truth = problem.run(attention_reference, torch::kFloat64);
      const Result plain = problem.run(attention_reference, dtype());
      const Result fused = problem.run(attention, dtype());
      // Where both are nearly exact: some units in the last place.
      const double unit = dtype() == torch::kFloat32 ? 0x1p-21 : 0x1p-8;
      const auto expect_close = [&](const char* name, const torch::Tensor& ours,
                                    const torch::Tensor& theirs, const torch::Tensor& exact,
                                    const std::vector<int64_t>& lengths) {
        EXPECT_LE(problem.error(ours, exact, lengths),
                  2.0 * problem.error(theirs, exact, lengths) +
                      unit * (1.0 + problem.largest(exact, lengths)))
            << name;
      };
      expect_close("out", fused.out, plain.out, truth.out, shape.query_lengths);
      const std::vector<int64_t>* lengths[] = {&shape.query_lengths, &shape.key_lengths,
                                               &shape.key_lengths};
      for (int i = 0; i < 3; ++i) {
        expect_close(i == 0   ? "q"
                     : i == 1 ? "k"
                              : "v",
                     fused.gradients[i], plain.gradients[i], truth.gradients[i], *lengths[i]);
        EXPECT_TRUE(fused.gradients[i].isfinite().all().item<bool>());
      }
    }
  }
}

TEST_P(Attention, StatisticsAreThoseOfTheReference) {
  const testing::ForcedInstructionSet forced(set());
  for (const Shape& shape : shapes()) {
    SCOPED_TRACE(::testing::Message() << shape);
    const Problem problem(shape, dtype(), 0.0);
    const Result truth = problem.run(attention_reference, torch::kFloat64);
    const Result fused = problem.run(attention, dtype());
    const auto by_sentence = [](const torch::Tensor& x) { return x.transpose(1, 2); };
    EXPECT_LT(
        problem.error(by_sentence(fused.entropy), by_sentence(truth.entropy), shape.query_lengths),
        1e-4);
    for (int64_t b = 0; b < std::ssize(shape.key_lengths); ++b) {
      for (int64_t t = 0; t < shape.query_lengths[b]; ++t) {
        for (int64_t h = 0; h < shape.heads; ++h) {
          const double expected = truth.max_logit[b][h][t].item<double>();
          const double actual = fused.max_logit[b][h][t].item<double>();
          if (shape.key_lengths[b] == 0) {
            EXPECT_EQ(actual, -std::numeric_limits<double>::infinity());
          } else {
            ASSERT_NEAR(actual, expected, 1e-4);
          }
        }
      }
    }
  }
}

TEST_P(Attention, ReadsPartsOfAFusedProductInPlace) {
  const testing::ForcedInstructionSet forced(set());
  at::Generator generator = testing::seeded(3);
  const torch::Tensor product = testing::normal({2, 21, 3 * 4 * 16}, generator).to(dtype());
  const AttentionMask mask(torch::tensor({21, 9}), torch::tensor({21, 9}), 21, 21, true);
  const auto run = [&](bool copies) {
    torch::Tensor leaf = product.clone().requires_grad_(true);
    std::vector<torch::Tensor> parts = split_heads(leaf, 3, 4);
    for (torch::Tensor& part : parts) part = copies ? part.contiguous() : part;
    const torch::Tensor out =
        attention({.q = parts[0], .k = parts[1], .v = parts[2], .mask = mask}).out;
    out.backward(torch::ones_like(out));
    return std::pair(out.detach(), leaf.grad());
  };
  const auto [out, gradient] = run(false);
  const auto [copied_out, copied_gradient] = run(true);
  EXPECT_TRUE(torch::equal(out, copied_out));
  EXPECT_TRUE(torch::equal(gradient, copied_gradient));
}

TEST_P(Attention, ThreadsDoNotChangeABit) {
  const testing::ForcedInstructionSet forced(set());
  const Problem problem({{25, 17, 3}, {25, 17, 3}, 25, 25, 4, 32, true}, dtype(), 0.2);
  const int threads = at::get_num_threads();
  at::set_num_threads(1);
  const Result one = problem.run(attention, dtype());
  at::set_num_threads(2);
  const Result two = problem.run(attention, dtype());
  at::set_num_threads(threads);
  EXPECT_TRUE(torch::equal(one.out, two.out));
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(torch::equal(one.gradients[i], two.gradients[i]));
}

TEST_P(Attention, NonFiniteLogitsAreNotHidden) {
  const testing::ForcedInstructionSet forced(set());
  const AttentionMask mask(torch::tensor({3}), torch::tensor({40}), 3, 40, false);
  at::Generator generator = testing::seeded(3);
  const torch::Tensor q = testing::normal({1, 3, 1, 8}, generator).to(dtype());
  torch::Tensor k = testing::normal({1, 40, 1, 8}, generator).to(dtype());
  k[0][5][0][2] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_TRUE(attention({.q = q, .k = k, .v = k.nan_to_num(), .mask = mask})
                  .out.isnan()
                  .all()
                  .item<bool>());
}

TEST_P(Attention, GradientsMeetFiniteDifferences) {
  if (dtype() != torch::kFloat32) return;  // bfloat16 is too coarse for differences.
  const testing::ForcedInstructionSet forced(set());
  const AttentionMask mask(torch::tensor({6, 4}), torch::tensor({9, 5}), 6, 9, false);
  at::Generator generator = testing::seeded(3);
  std::vector<torch::Tensor> inputs;
  for (const int64_t length : {6, 9, 9}) {
    inputs.push_back(testing::normal({2, length, 2, 8}, generator).to(torch::kFloat32));
  }
  const torch::Tensor weights = testing::normal({2, 6, 2, 8}, generator).to(torch::kFloat32);
  weights[1].narrow(0, 4, 2).zero_();
  const auto loss = [&] {
    return (attention({.q = inputs[0], .k = inputs[1], .v = inputs[2], .mask = mask}).out * weights)
        .to(torch::kFloat64)
        .sum();
  };
  for (torch::Tensor& input : inputs) input.requires_grad_(true);
  loss().backward();
  torch::NoGradGuard no_grad;
  for (torch::Tensor& input : inputs) {
    const torch::Tensor direction = testing::normal(input.sizes(), generator).to(torch::kFloat32);
    constexpr double kStep = 1e-2;
    input.add_(direction, kStep);
    const double above = loss().item<double>();
    input.add_(direction, -2 * kStep);
    const double below = loss().item<double>();
    input.add_(direction, kStep);
    const double expected = (input.grad() * direction).to(torch::kFloat64).sum().item<double>();
    EXPECT_NEAR((above - below) / (2 * kStep), expected, 2e-3 * (1.0 + std::abs(expected)));
  }
}

INSTANTIATE_TEST_SUITE_P(InstructionSets, Attention,
                         ::testing::Combine(::testing::ValuesIn(testing::instruction_sets()),
                                            ::testing::Bool()),
                         [](const auto& info) {
                           return std::get<0>(info.param).name +
                                  (std::get<1>(info.param) ? "_bfloat16" : "_float32");
                         });

}  // namespace
}  // namespace nmt::kernels
