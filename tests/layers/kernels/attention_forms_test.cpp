// The forms of attention beside each other: packed and padded, fused and plain, first and second
// derivatives.

#include "layers/kernels/attention.h"

#include <gtest/gtest.h>

#include <vector>

#include "tests/layers/double_precision.h"

namespace nmt::kernels::attention_forms_test {
namespace {

class AttentionForms : public ::testing::TestWithParam<torch::Dtype> {};

struct Result {
  torch::Tensor out, entropy, max_logit;
  std::vector<torch::Tensor> gradients;  // Of q, k, v.
};

torch::Tensor packed(const torch::Tensor& padded, const std::vector<int64_t>& lengths) {
  std::vector<torch::Tensor> sentences;
  for (size_t b = 0; b < lengths.size(); ++b) {
    sentences.push_back(padded[b].narrow(0, 0, lengths[b]));
  }
  return at::cat(sentences);
}

// Packed tensors give, bit by bit, what padded ones do; in the fused form and in the reference.
TEST_P(AttentionForms, PackedSentencesGiveWhatPaddedOnesDo) {
  const std::vector<int64_t> query_lengths = {7, 0, 12, 1}, key_lengths = {70, 3, 0, 5};
  const AttentionMask mask(torch::tensor(query_lengths), torch::tensor(key_lengths), 12, 70, false);
  at::Generator generator = testing::seeded(3);
  const auto random = [&](int64_t length) {
    return testing::normal({4, length, 2, 12}, generator).to(GetParam());
  };
  const torch::Tensor q = random(12), k = random(70), v = random(70), grad = random(12);
  for (const auto attend : {attention, attention_reference}) {
    const auto run = [&](torch::Tensor q_in, torch::Tensor k_in, torch::Tensor v_in,
                         const torch::Tensor& grad_out) {
      std::vector<torch::Tensor> leaves = {q_in, k_in, v_in};
      for (torch::Tensor& leaf : leaves) leaf = leaf.clone().requires_grad_(true);
      const AttentionOutputs outputs = attend({.q = leaves[0],
                                               .k = leaves[1],
                                               .v = leaves[2],
                                               .mask = mask,
                                               .dropout = {0.2, 3},
                                               .statistics = true});
      outputs.out.backward(grad_out);
      return Result{outputs.out.detach(),
                    outputs.entropy,
                    outputs.max_logit,
                    {leaves[0].grad(), leaves[1].grad(), leaves[2].grad()}};
    };
    torch::Tensor used = grad.clone();
    for (int64_t b = 0; b < 4; ++b) {
      used[b].narrow(0, query_lengths[b], 12 - query_lengths[b]).zero_();
    }
    const Result padded_result = run(q, k, v, used);
    const Result packed_result = run(packed(q, query_lengths), packed(k, key_lengths),
                                     packed(v, key_lengths), packed(grad, query_lengths));
    EXPECT_TRUE(torch::equal(packed_result.out, packed(padded_result.out, query_lengths)));
    EXPECT_TRUE(torch::equal(packed_result.entropy, padded_result.entropy));
    EXPECT_TRUE(torch::equal(packed_result.max_logit, padded_result.max_logit));
    for (int i = 0; i < 3; ++i) {
      EXPECT_TRUE(
          torch::equal(packed_result.gradients[i],
                       packed(padded_result.gradients[i], i == 0 ? query_lengths : key_lengths)))
          << i;
    }
  }
}

// One sentence seen as two: the batch has stride 0.
TEST_P(AttentionForms, ExpandedInputsGiveWhatTheirCopiesDo) {
  const AttentionMask mask(torch::tensor({5, 3}), torch::tensor({7, 4}), 5, 7, false);
  at::Generator generator = testing::seeded(3);
  const auto random = [&](int64_t length) {
    return testing::normal({1, length, 2, 8}, generator).to(GetParam()).expand({2, -1, -1, -1});
  };
  const torch::Tensor q = random(5), k = random(7), v = random(7);
  const torch::Tensor out = attention({.q = q, .k = k, .v = v, .mask = mask}).out;
  const torch::Tensor copied =
      attention({.q = q.contiguous(), .k = k.contiguous(), .v = v.contiguous(), .mask = mask}).out;
  EXPECT_TRUE(torch::equal(out, copied));
}

// A number that depends on the gradients of all inputs, and its own gradients.
std::vector<torch::Tensor> second_derivatives(AttentionOutputs (*attend)(const AttentionInputs&),
                                              const std::vector<torch::Tensor>& inputs,
                                              const torch::Tensor& weights) {
  const AttentionMask mask(torch::tensor({3, 2}), torch::tensor({4, 3}), 3, 4, false);
  std::vector<torch::Tensor> leaves;
  for (const torch::Tensor& one : inputs) leaves.push_back(one.clone().requires_grad_(true));
  const torch::Tensor out =
      attend({.q = leaves[0], .k = leaves[1], .v = leaves[2], .mask = mask, .dropout = {0.2, 3}})
          .out;
  const std::vector<torch::Tensor> first = torch::autograd::grad(
      {(out * weights).sum()}, leaves, {}, std::nullopt, /*create_graph=*/true);
  torch::Tensor squares = torch::zeros({}, out.options());
  for (const torch::Tensor& one : first) squares = squares + one.square().sum();
  return torch::autograd::grad({squares}, leaves);
}

TEST(Attention, SecondDerivativesAreThoseOfTheReference) {
  at::Generator generator = testing::seeded(3);
  std::vector<torch::Tensor> inputs;
  for (const int64_t length : {3, 4, 4}) {
    inputs.push_back(testing::normal({2, length, 2, 8}, generator).to(torch::kFloat32));
  }
  torch::Tensor weights = testing::normal({2, 3, 2, 8}, generator).to(torch::kFloat32);
  weights[1][2].zero_();
  const auto fused = second_derivatives(attention, inputs, weights);
  const auto plain = second_derivatives(attention_reference, inputs, weights);
  for (size_t i = 0; i < fused.size(); ++i) {
    EXPECT_TRUE(torch::allclose(fused[i], plain[i], 1e-4, 1e-5)) << i;
  }
}

TEST(Attention, OtherTypesUseTheReference) {
  const AttentionMask mask(torch::tensor({2}), torch::tensor({3}), 2, 3, false);
  at::Generator generator = testing::seeded(3);
  const torch::Tensor q = testing::normal({1, 2, 1, 8}, generator);
  const torch::Tensor k = testing::normal({1, 3, 1, 8}, generator);
  const AttentionInputs inputs{.q = q, .k = k, .v = k, .mask = mask};
  EXPECT_FALSE(attention_is_fused(inputs));
  EXPECT_TRUE(torch::equal(attention(inputs).out, attention_reference(inputs).out));
}

INSTANTIATE_TEST_SUITE_P(Dtypes, AttentionForms,
                         ::testing::Values(torch::kFloat32, torch::kBFloat16),
                         [](const auto& info) {
                           return info.param == torch::kFloat32 ? "float32" : "bfloat16";
                         });

}  // namespace
}  // namespace nmt::kernels::attention_forms_test
