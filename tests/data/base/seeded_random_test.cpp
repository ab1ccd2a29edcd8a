// Seeded random numbers: published values, uniformity, and orders that are permutations.

#include "data/base/seeded_random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>

#include "data/base/mix_seeds.h"

namespace nmt::base::seeded_random_test {
namespace {

TEST(SeededRandomTest, EngineIsTheStandardOne) {
  // The C++ standard, [rand.predef]: the 10000th draw of a default-constructed mt19937_64 (seed
  // 5489). A bound of 2^63 keeps the low 63 bits.
  SeededRandom random(5489);
  uint64_t draw = 0;
  for (int i = 0; i < 10000; ++i) draw = random.below(uint64_t{1} << 63);
  EXPECT_EQ(draw, 9981545732273789042u & ~(uint64_t{1} << 63));
}

TEST(SeededRandomTest, MixedSeedIsSplitMix64) {
  // First two outputs of SplitMix64 from state 0, as published with the algorithm.
  EXPECT_EQ(mix_seeds(0, 0), 0xE220A8397B1DCDAFu);
  EXPECT_EQ(mix_seeds(0, 1), 0x6E789E6AA1B965F4u);
}

TEST(SeededRandomTest, BelowIsUniform) {
  SeededRandom random(3);
  std::vector<int> counts(7);
  for (int i = 0; i < 70000; ++i) ++counts.at(random.below(7));
  double chi_square = 0.0;
  for (const int count : counts) chi_square += (count - 10000.0) * (count - 10000.0) / 10000.0;
  EXPECT_LT(chi_square, 22.5);  // 6 degrees of freedom, p = 0.001.
  EXPECT_EQ(random.below(1), 0u);
}

TEST(SeededRandomTest, UniformStaysInItsRange) {
  SeededRandom random(4);
  double sum = 0.0;
  for (int i = 0; i < 10000; ++i) {
    const double draw = random.uniform();
    ASSERT_GE(draw, 0.0);
    ASSERT_LT(draw, 1.0);
    sum += draw;
  }
  EXPECT_NEAR(sum / 10000, 0.5, 0.01);
}

TEST(SeededRandomTest, EveryOrderIsEquallyLikely) {
  SeededRandom random(5);
  std::map<std::vector<int>, int> counts;
  for (int i = 0; i < 24000; ++i) {
    std::vector<int> items = {0, 1, 2, 3};
    random.shuffle(items);
    ++counts[items];
  }
  ASSERT_EQ(counts.size(), 24u);
  double chi_square = 0.0;
  for (const auto& [order, count] : counts)
    chi_square += (count - 1000.0) * (count - 1000.0) / 1000;
  EXPECT_LT(chi_square, 49.7);  // 23 degrees of freedom, p = 0.001.
}

TEST(SeededRandomTest, SameSeedSameOrder) {
  std::vector<int> first(1000);
  std::iota(first.begin(), first.end(), 0);
  std::vector<int> second = first;
  std::vector<int> third = first;
  SeededRandom(7).shuffle(first);
  SeededRandom(7).shuffle(second);
  SeededRandom(8).shuffle(third);
  EXPECT_EQ(first, second);
  EXPECT_NE(first, third);
  EXPECT_TRUE(std::is_permutation(first.begin(), first.end(), third.begin()));
}

}  // namespace
}  // namespace nmt::base::seeded_random_test
