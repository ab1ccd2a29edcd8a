// The cache of keys and values: growth past its capacity, and rows that move.

#include "layers/kv_cache.h"

#include <gtest/gtest.h>

#include <vector>

#include "tests/layers/double_precision.h"

namespace nmt::layers::kv_cache_test {
namespace {

TEST(KvCache, HoldsWhatWasAppendedAcrossGrowth) {
  at::Generator generator = testing::seeded(1);
  KvCache cache;
  std::vector<torch::Tensor> keys, values;
  for (int64_t s = 1; s <= 40; ++s) {
    keys.push_back(testing::normal({3, 2, 1, 4}, generator));
    values.push_back(testing::normal({3, 2, 1, 4}, generator));
    cache.append(keys.back(), values.back());
    ASSERT_EQ(cache.length(), s);
    ASSERT_TRUE(torch::equal(cache.keys(), torch::cat(keys, 2)));
    ASSERT_TRUE(torch::equal(cache.values(), torch::cat(values, 2)));
  }
}

TEST(KvCache, StartsWithTheMemory) {
  at::Generator generator = testing::seeded(2);
  const torch::Tensor keys = testing::normal({2, 2, 5, 4}, generator);
  const torch::Tensor values = testing::normal({2, 2, 5, 4}, generator);
  KvCache cache(keys.clone(), values.clone());
  EXPECT_EQ(cache.length(), 5);
  cache.append(keys.narrow(2, 0, 1), values.narrow(2, 0, 1));
  EXPECT_TRUE(torch::equal(cache.keys(), torch::cat({keys, keys.narrow(2, 0, 1)}, 2)));
  EXPECT_TRUE(torch::equal(cache.values(), torch::cat({values, values.narrow(2, 0, 1)}, 2)));
}

TEST(KvCache, SelectsRepeatsAndDropsRows) {
  at::Generator generator = testing::seeded(3);
  const torch::Tensor keys = testing::normal({3, 2, 4, 4}, generator);
  KvCache cache(keys, -keys);
  const torch::Tensor rows = torch::tensor({2, 0, 0, 2});
  cache.select_rows(rows);
  EXPECT_EQ(cache.length(), 4);
  EXPECT_TRUE(torch::equal(cache.keys(), keys.index_select(0, rows)));
  EXPECT_TRUE(torch::equal(cache.values(), -keys.index_select(0, rows)));
}

TEST(KvCache, EmptySelectionIsAllowedBeforeTheFirstStep) {
  KvCache cache;
  cache.select_rows(torch::tensor({0, 0}));
  EXPECT_EQ(cache.length(), 0);
}

}  // namespace
}  // namespace nmt::layers::kv_cache_test
