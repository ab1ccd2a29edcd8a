// Dropout masks: a part of a batch has that part of the batch's mask, in layers and in attention,
// in the fused and in the reference form.

#include "layers/kernels/dropout.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "layers/kernels/attention.h"
#include "layers/kernels/packing.h"
#include "layers/kernels/residual_linear.h"
#include "tests/layers/double_precision.h"

namespace nmt::kernels::dropout_test {
namespace {

constexpr double kProbability = 0.3;
constexpr uint64_t kSeed = 0x123456789abcdefu;
constexpr int64_t kHeads = 3;

torch::Tensor lengths(const std::vector<int64_t>& values) {
  return torch::tensor(values, torch::kInt64);
}

TEST(DropoutMask, OfSomeRowsIsThatPartOfTheWhole) {
  const torch::Tensor whole = dropout_mask({40, 19}, torch::kFloat32, {kProbability, kSeed});
  EXPECT_GT(whole.eq(0).sum().item<int64_t>(), 100);
  for (const int64_t first : {0, 1, 7, 33}) {
    const torch::Tensor part = dropout_mask({5, 19}, torch::kFloat32, {kProbability, kSeed, first});
    EXPECT_TRUE(torch::equal(part, whole.narrow(0, first, 5))) << first;
  }
}

// Numbers behind 2³² begin again: a mask there is as good as any.
TEST(DropoutMask, NumbersOfVeryManyRowsCountOn) {
  const int64_t first = (int64_t{1} << 32) / 16 - 2;
  const torch::Tensor across = dropout_mask({4, 16}, torch::kFloat32, {kProbability, kSeed, first});
  EXPECT_TRUE(torch::equal(across.narrow(0, 2, 2),
                           dropout_mask({2, 16}, torch::kFloat32, {kProbability, kSeed})));
}

TEST(AttentionDropoutMask, OfSomeSentencesIsThatPartOfTheWhole) {
  const AttentionMask whole(lengths({4, 2, 5, 3}), lengths({6, 3, 1, 7}), 5, 7, false);
  const torch::Tensor all =
      attention_dropout_mask(whole, kHeads, torch::kFloat32, {kProbability, kSeed});
  EXPECT_GT(all.eq(0).sum().item<int64_t>(), 20);
  // Sentences 1 and 2, cut to their own longest sides; 4 queries stand in front of them.
  const AttentionMask part(lengths({2, 5}), lengths({3, 1}), 5, 3, false);
  const torch::Tensor some =
      attention_dropout_mask(part, kHeads, torch::kFloat32, {kProbability, kSeed, 4});
  for (int64_t b = 0; b < 2; ++b) {
    for (int64_t t = 0; t < part.query_length(b); ++t) {
      EXPECT_TRUE(torch::equal(some.select(0, b).select(1, t),
                               all.select(0, b + 1).select(1, t).narrow(1, 0, 3)))
          << "sentence " << b << ", query " << t;
    }
  }
}

// Packed sentences first .. last − 1 of a batch, with dropout, and the gradient of the queries.
struct Attended {
  torch::Tensor out, grad_q;
};

Attended attend(AttentionOutputs (*form)(const AttentionInputs&), int64_t first, int64_t last) {
  const std::vector<int64_t> queries = {4, 2, 5, 3}, keys = {6, 3, 1, 7};
  at::Generator generator = testing::seeded(1);
  const torch::Tensor all = testing::normal({3, 17, kHeads, 8}, generator).to(torch::kFloat32);
  const AttentionMask whole(lengths(queries), lengths(keys), 5, 7, false);
  const std::vector<int64_t> own_queries(queries.begin() + first, queries.begin() + last);
  const std::vector<int64_t> own_keys(keys.begin() + first, keys.begin() + last);
  const AttentionMask mask(lengths(own_queries), lengths(own_keys),
                           *std::max_element(own_queries.begin(), own_queries.end()),
                           *std::max_element(own_keys.begin(), own_keys.end()), false);
  const int64_t first_query = whole.query_offset(first), first_key = whole.key_offset(first);
  const int64_t query_count = whole.query_offset(last) - first_query;
  const int64_t key_count = whole.key_offset(last) - first_key;
  const torch::Tensor q = all[0].narrow(0, first_query, query_count).clone().requires_grad_(true);
  const torch::Tensor out = form({.q = q,
                                  .k = all[1].narrow(0, first_key, key_count),
                                  .v = all[2].narrow(0, first_key, key_count),
                                  .mask = mask,
                                  .dropout = {kProbability, kSeed, first_query}})
                                .out;
  out.square().sum().backward();
  return {out.detach(), q.grad()};
}

TEST(AttentionDropoutMask, IsWhatBothFormsOfAttentionDrawForAPartOfABatch) {
  for (const auto form : {attention, attention_reference}) {
    const Attended whole = attend(attention_reference, 0, 4), middle = attend(form, 1, 3);
    EXPECT_TRUE(torch::allclose(middle.out, whole.out.narrow(0, 4, 7), 1e-4, 1e-5));
    EXPECT_TRUE(torch::allclose(middle.grad_q, whole.grad_q.narrow(0, 4, 7), 1e-3, 1e-4));
  }
}

TEST(ResidualLinearDropout, OfSomeRowsIsThatPartOfTheWhole) {
  at::Generator generator = testing::seeded(2);
  const auto normal = [&](at::IntArrayRef shape) {
    return testing::normal(shape, generator).to(torch::kFloat32);
  };
  const torch::Tensor x = normal({30, 16}), branch = normal({30, 16});
  const torch::Tensor weight = normal({24, 16}), bias = normal({24});
  const auto run = [&](auto form, int64_t first, int64_t count) {
    return form(
        {.residual = {.x = x.narrow(0, first, count),
                      .branch = branch.narrow(0, first, count),
                      .dropout = {kProbability, 7, first}},
         .linear = {
             .weight = weight, .bias = bias, .relu = true, .dropout = {kProbability, 9, first}}});
  };
  for (const auto form : {residual_linear, residual_linear_reference}) {
    const ResidualLinearOutputs whole = run(residual_linear_reference, 0, 30);
    const ResidualLinearOutputs part = run(form, 11, 6);
    EXPECT_TRUE(torch::allclose(part.y, whole.y.narrow(0, 11, 6), 1e-4, 1e-5));
    EXPECT_TRUE(torch::allclose(part.stream, whole.stream.narrow(0, 11, 6), 1e-4, 1e-5));
  }
}

}  // namespace
}  // namespace nmt::kernels::dropout_test
