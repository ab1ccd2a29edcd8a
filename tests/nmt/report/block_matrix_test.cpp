#include "nmt/report/block_matrix.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace nmt::report::block_matrix_test {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr size_t kLimit = 8;

double value(size_t record, size_t row) {
  return std::sin(static_cast<double>(7 * record + 3 * row)) + (record == 41 ? 100 : 0);
}

// The block's value from the records themselves.
double expected(Merge merge, const std::vector<size_t>& records, size_t row) {
  double result = value(records[0], row), sum = 0;
  for (const size_t record : records) {
    sum += value(record, row);
    if (merge == Merge::kMinimum) result = std::min(result, value(record, row));
    if (merge == Merge::kMaximum) result = std::max(result, value(record, row));
  }
  return merge == Merge::kMean ? sum / static_cast<double>(records.size()) : result;
}

class EveryMerge : public ::testing::TestWithParam<Merge> {};

TEST_P(EveryMerge, EqualsThatOfTheBlocksRecords) {
  for (size_t count = 1; count <= 70; ++count) {
    BlockMatrix matrix(GetParam());
    BlockClock clock(kLimit);
    for (size_t record = 0; record < count; ++record) {
      if (clock.advance(static_cast<int64_t>(10 * record + 1))) matrix.halve();
      matrix.add(clock.block(), {value(record, 0), value(record, 1)});
    }
    ASSERT_LE(clock.blocks(), kLimit);
    ASSERT_GE(2 * clock.blocks(), std::min(count, kLimit));
    size_t seen = 0;
    for (size_t block = 0; block < clock.blocks(); ++block) {
      std::vector<size_t> records;
      for (size_t record = 0; record < count; ++record) {
        const auto update = static_cast<int64_t>(10 * record + 1);
        if (update < clock.first_update(block) || update > clock.last_update(block)) continue;
        records.push_back(record);
      }
      ASSERT_FALSE(records.empty());
      seen += records.size();
      for (size_t row = 0; row < 2; ++row) {
        ASSERT_NEAR(matrix.at(row, block), expected(GetParam(), records, row), 1e-4);
      }
    }
    ASSERT_EQ(seen, count);
  }
}

INSTANTIATE_TEST_SUITE_P(Merges, EveryMerge,
                         ::testing::Values(Merge::kMean, Merge::kMinimum, Merge::kMaximum));

TEST(BlockMatrix, CountsNoValueOnlyWhereThereIsNothingElse) {
  BlockMatrix matrix(Merge::kMean);
  matrix.add(0, {kNan, kNan});
  matrix.add(1, {3, kNan});
  matrix.halve();
  EXPECT_EQ(matrix.at(0, 0), 3);
  EXPECT_TRUE(std::isnan(matrix.at(1, 0)));
}

TEST(BlockMatrix, HasNoValueOutsideItself) {
  BlockMatrix matrix(Merge::kMaximum);
  matrix.add(0, {1});
  EXPECT_TRUE(std::isnan(matrix.at(1, 0)));
  EXPECT_TRUE(std::isnan(matrix.at(0, 1)));
  EXPECT_TRUE(std::isnan(matrix.at(static_cast<size_t>(-1), 0)));
}

TEST(BlockMatrix, KeepsInfinity) {
  BlockMatrix matrix(Merge::kMaximum);
  matrix.add(0, {1});
  matrix.add(1, {std::numeric_limits<double>::infinity()});
  matrix.halve();
  EXPECT_TRUE(std::isinf(matrix.at(0, 0)));
}

TEST(BlockClock, FindsTheLastBlockBeforeAnUpdate) {
  BlockClock clock(4);
  for (int64_t update = 10; update <= 80; update += 10) clock.advance(update);
  ASSERT_EQ(clock.blocks(), 4u);  // 10-20, 30-40, 50-60, 70-80
  EXPECT_EQ(clock.block_until(59), 1u);
  EXPECT_EQ(clock.block_until(60), 2u);
  EXPECT_EQ(clock.block_until(1000), 3u);
  EXPECT_EQ(clock.block_until(19), clock.blocks());
}

}  // namespace
}  // namespace nmt::report::block_matrix_test
