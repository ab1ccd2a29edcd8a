// The length penalty by hand, and its bound against every length that a prefix can still reach.

#include "nmt/decode/length_penalty.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace nmt::decode::length_penalty_test {
namespace {

TEST(LengthPenaltyTest, AlphaOneIsTheMeanOverPieces) {
  EXPECT_DOUBLE_EQ(LengthPenalty(1.0).score(-6.0, 4), -1.5);
}

TEST(LengthPenaltyTest, AlphaZeroIsTheLogProbability) {
  EXPECT_DOUBLE_EQ(LengthPenalty(0.0).score(-6.0, 4), -6.0);
}

TEST(LengthPenaltyTest, OtherAlphas) {
  EXPECT_DOUBLE_EQ(LengthPenalty(0.5).score(-6.0, 4), -3.0);
  EXPECT_DOUBLE_EQ(LengthPenalty(-1.0).score(-6.0, 4), -24.0);
}

TEST(LengthPenaltyTest, BoundIsTheBestScoreOverAllReachableLengths) {
  for (const double alpha : {-1.5, -0.3, 0.0, 0.2, 0.6, 1.0, 2.0}) {
    for (int64_t shortest = 1; shortest <= 6; ++shortest) {
      const LengthPenalty penalty(alpha);
      double best = -INFINITY;
      for (int64_t length = shortest; length <= 6; ++length) {
        best = std::max(best, penalty.score(-3.5, length));
      }
      EXPECT_DOUBLE_EQ(penalty.bound(-3.5, shortest, 6), best) << alpha << " " << shortest;
    }
  }
}

}  // namespace
}  // namespace nmt::decode::length_penalty_test
