#include "nmt/report/thinned_curve.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace nmt::report::thinned_curve_test {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

std::vector<double> wave(size_t records) {
  std::vector<double> values(records);
  for (size_t i = 0; i < records; ++i) values[i] = std::sin(0.01 * static_cast<double>(i));
  return values;
}

TEST(ThinnedRecords, AreAllOfAShortRun) {
  EXPECT_THAT(thinned_records({{3, kNan, 1}}, 10), ElementsAre(0, 1, 2));
  EXPECT_TRUE(thinned_records({{}}, 10).empty());
  EXPECT_TRUE(thinned_records({}, 10).empty());
}

TEST(ThinnedRecords, KeepEveryPeakAndTheFirstNonFiniteValue) {
  std::vector<double> first = wave(10'000), second = wave(10'000);
  first[1'234] = 50;  // One record wide.
  first[7'777] = -50;
  second[4'321] = 1e9;
  second[9'000] = kNan;
  second[5'555] = std::numeric_limits<double>::infinity();
  const std::vector<size_t> kept = thinned_records({first, second}, 600);
  for (const size_t record : {0, 1'234, 7'777, 4'321, 9'000, 5'555, 9'999}) {
    EXPECT_THAT(kept, Contains(record));
  }
}

TEST(ThinnedRecords, StayBelowTheLimitAndAscend) {
  for (const size_t records : {9, 100, 601, 5'000, 123'457}) {
    for (const size_t limit : {8, 40, 600}) {
      const std::vector<size_t> kept = thinned_records({wave(records), wave(records)}, limit);
      EXPECT_LE(kept.size(), limit) << records;
      EXPECT_TRUE(std::ranges::is_sorted(kept));
      EXPECT_EQ(std::ranges::adjacent_find(kept), kept.end());
      EXPECT_EQ(kept.back(), records - 1);
    }
  }
}

}  // namespace
}  // namespace nmt::report::thinned_curve_test
