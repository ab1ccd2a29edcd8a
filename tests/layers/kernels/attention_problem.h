// Attention problems of many shapes, run by a form of it in a dtype on a device, and what the fused
// forms must keep to: an error at most twice that of the reference in the same dtype.

#pragma once

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

#include "layers/kernels/attention.h"
#include "tests/layers/double_precision.h"

namespace nmt::testing {

using kernels::attention;
using kernels::attention_reference;
using kernels::AttentionInputs;
using kernels::AttentionMask;
using kernels::AttentionOutputs;

struct AttentionShape {
  std::vector<int64_t> query_lengths;
  std::vector<int64_t> key_lengths;
  int64_t queries;
  int64_t keys;
  int64_t heads;
  int64_t size;
  bool causal;
};

inline std::ostream& operator<<(std::ostream& stream, const AttentionShape& shape) {
  return stream << "T=" << shape.queries << " S=" << shape.keys << " H=" << shape.heads
                << " K=" << shape.size << (shape.causal ? " causal" : "");
}

inline std::vector<AttentionShape> attention_shapes() {
  std::vector<AttentionShape> all = {{{25, 17}, {25, 17}, 25, 25, 2, 64, false},
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

struct AttentionResult {
  torch::Tensor out, entropy, max_logit;
  std::vector<torch::Tensor> gradients;  // Of q, k, v.
};

inline AttentionMask mask_of(const AttentionShape& shape) {
  return {torch::tensor(shape.query_lengths), torch::tensor(shape.key_lengths), shape.queries,
          shape.keys, shape.causal};
}

// The first rows of each sentence; what lies behind them is arbitrary.
inline torch::Tensor valid_rows(const torch::Tensor& x, const std::vector<int64_t>& lengths) {
  std::vector<torch::Tensor> parts;
  for (int64_t b = 0; b < x.size(0); ++b) parts.push_back(x[b].narrow(0, 0, lengths[b]).flatten());
  return at::cat(parts).detach().to(torch::kFloat64);
}

class AttentionProblem {
 public:
  AttentionProblem(const AttentionShape& shape, torch::Dtype storage, double dropout)
      : shape_(shape), dropout_(dropout), mask_(mask_of(shape)) {
    at::Generator generator = seeded(shape.queries * 1000 + shape.keys);
    const auto random = [&](int64_t length) {
      const std::vector<int64_t> sizes = {std::ssize(shape.key_lengths), length, shape.heads,
                                          shape.size};
      return normal(sizes, generator).to(storage);
    };
    inputs_ = {random(shape.queries), random(shape.keys), random(shape.keys)};
    grad_out_ = random(shape.queries);
  }

  /// What `attend` makes of it in `dtype` on `device`, brought to the CPU.
  AttentionResult run(AttentionOutputs (*attend)(const AttentionInputs&), torch::Dtype dtype,
                      torch::Device device = torch::kCPU) const {
    std::vector<torch::Tensor> leaves;
    for (const torch::Tensor& input : inputs_) {
      leaves.push_back(input.to(device, dtype).clone().requires_grad_(true));
    }
    const AttentionOutputs outputs = attend({.q = leaves[0],
                                             .k = leaves[1],
                                             .v = leaves[2],
                                             .mask = mask_,
                                             .dropout = {dropout_, 5},
                                             .statistics = true});
    AttentionResult result{outputs.out.cpu(), outputs.entropy.cpu(), outputs.max_logit.cpu(), {}};
    // Padded rows are never used, so no gradient comes from them.
    torch::Tensor used = grad_out_.to(dtype).clone();
    for (int64_t b = 0; b < used.size(0); ++b) {
      used[b].narrow(0, shape_.query_lengths[b], shape_.queries - shape_.query_lengths[b]).zero_();
    }
    outputs.out.backward(used.to(device));
    for (const torch::Tensor& leaf : leaves) result.gradients.push_back(leaf.grad().cpu());
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
  AttentionShape shape_;
  double dropout_;
  AttentionMask mask_;
  std::vector<torch::Tensor> inputs_;
  torch::Tensor grad_out_;
};

/// The fused form against the reference, `plain` on the CPU.
inline void expect_small_error(const AttentionShape& shape, torch::Dtype dtype, double dropout,
                               torch::Device device = torch::kCPU) {
  const AttentionProblem problem(shape, dtype, dropout);
  const AttentionResult truth = problem.run(attention_reference, torch::kFloat64);
  const AttentionResult plain = problem.run(attention_reference, dtype);
  const AttentionResult fused = problem.run(attention, dtype, device);
  // Where both are nearly exact: some units in the last place.
  const double unit = dtype == torch::kFloat32 ? 0x1p-21 : 0x1p-8;
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
  const char* names[] = {"q", "k", "v"};
  for (int i = 0; i < 3; ++i) {
    expect_close(names[i], fused.gradients[i], plain.gradients[i], truth.gradients[i], *lengths[i]);
    EXPECT_TRUE(fused.gradients[i].isfinite().all().item<bool>());
  }
}

/// Entropy and largest logit of the fused form against the reference.
inline void expect_right_statistics(const AttentionShape& shape, torch::Dtype dtype,
                                    torch::Device device = torch::kCPU) {
  const AttentionProblem problem(shape, dtype, 0.0);
  const AttentionResult truth = problem.run(attention_reference, torch::kFloat64);
  const AttentionResult fused = problem.run(attention, dtype, device);
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

}  // namespace nmt::testing
