// Batch: the decoder's input, and slices.

#include "data/batch.h"

#include <gtest/gtest.h>

namespace nmt::data::batch_test {
namespace {

torch::Tensor ids(const std::vector<std::vector<int64_t>>& rows) {
  std::vector<torch::Tensor> tensors;
  for (const auto& row : rows) tensors.push_back(torch::tensor(row, torch::kInt64));
  return torch::stack(tensors);
}

Batch three_pairs() {
  return {.source = ids({{5, 6, 7, 2}, {8, 2, 0, 0}, {9, 9, 2, 0}}),
          .source_lengths = torch::tensor({4, 2, 3}, torch::kInt64),
          .target = ids({{5, 6, 7, 8, 2}, {8, 2, 0, 0, 0}, {9, 2, 0, 0, 0}}),
          .target_lengths = torch::tensor({5, 2, 2}, torch::kInt64),
          .pairs = {30, 10, 20}};
}

TEST(BatchTest, DecoderReadsTheTargetOnePlaceLater) {
  const torch::Tensor input = decoder_input(three_pairs());
  EXPECT_TRUE(torch::equal(input, ids({{2, 5, 6, 7, 8}, {2, 8, 2, 0, 0}, {2, 9, 2, 0, 0}})));
  const Batch empty = {.target = ids({{2}}), .target_lengths = torch::tensor({1}, torch::kInt64)};
  EXPECT_TRUE(torch::equal(decoder_input(empty), ids({{2}})));
}

TEST(BatchTest, CountsTargetTokens) {
  EXPECT_EQ(three_pairs().size(), 3);
  EXPECT_EQ(three_pairs().target_tokens(), 9);
}

TEST(BatchTest, SliceIsCutToItsOwnLongestSides) {
  const Batch part = slice(three_pairs(), 1, 3);
  EXPECT_TRUE(torch::equal(part.source, ids({{8, 2, 0}, {9, 9, 2}})));
  EXPECT_TRUE(torch::equal(part.source_lengths, torch::tensor({2, 3}, torch::kInt64)));
  EXPECT_TRUE(torch::equal(part.target, ids({{8, 2}, {9, 2}})));
  EXPECT_TRUE(torch::equal(part.target_lengths, torch::tensor({2, 2}, torch::kInt64)));
  EXPECT_EQ(part.pairs, (std::vector<int64_t>{10, 20}));
  EXPECT_TRUE(part.source.is_contiguous());
}

TEST(BatchTest, SliceKnowsHowManyTokensStandInFrontOfIt) {
  const Batch batch = three_pairs();
  EXPECT_EQ(batch.source_tokens_before, 0);
  const Batch part = slice(batch, 1, 3);
  EXPECT_EQ(part.source_tokens_before, batch.source_lengths[0].item<int64_t>());
  EXPECT_EQ(part.target_tokens_before, batch.target_lengths[0].item<int64_t>());
  const Batch last = slice(part, 1, 2);
  EXPECT_EQ(last.source_tokens_before, batch.source_tokens() - last.source_tokens());
  EXPECT_EQ(last.target_tokens_before, batch.target_tokens() - last.target_tokens());
}

TEST(BatchTest, WholeSliceIsTheBatch) {
  const Batch batch = three_pairs();
  const Batch whole = slice(batch, 0, 3);
  EXPECT_TRUE(torch::equal(whole.source, batch.source));
  EXPECT_TRUE(torch::equal(whole.target, batch.target));
  whole.source.fill_(1);
  EXPECT_TRUE(torch::equal(batch.source, three_pairs().source));
}

TEST(BatchTest, EmptyOrWrongSliceIsRefused) {
  EXPECT_THROW(slice(three_pairs(), 1, 1), c10::Error);
  EXPECT_THROW(slice(three_pairs(), 2, 4), c10::Error);
  EXPECT_THROW(slice(three_pairs(), -1, 2), c10::Error);
}

}  // namespace
}  // namespace nmt::data::batch_test
