// The best pieces of a row against sorting the whole row; ties, forbidden pieces, bad numbers.

#include "nmt/decode/best_pieces.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace nmt::decode::best_pieces_test {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

std::vector<int64_t> pieces_of(const std::vector<ScoredPiece>& row) {
  std::vector<int64_t> pieces;
  for (const ScoredPiece& scored : row) pieces.push_back(scored.piece);
  return pieces;
}

TEST(BestPiecesTest, EqualsSortingTheWholeRow) {
  torch::manual_seed(1);
  for (const int64_t count : {1, 2, 7, 40, 100}) {
    const torch::Tensor logits = torch::randn({6, 40}) * 3.0;
    const torch::Tensor expected = torch::log_softmax(logits.to(torch::kFloat64), 1);
    const auto [values, order] = expected.sort(1, /*descending=*/true);
    const BestPieces best = best_pieces(logits, count, /*eos_id=*/3, {});
    for (int64_t r = 0; r < 6; ++r) {
      ASSERT_EQ(std::ssize(best.rows[r]), std::min<int64_t>(count, 40));
      for (int64_t k = 0; k < std::ssize(best.rows[r]); ++k) {
        EXPECT_EQ(best.rows[r][k].piece, order[r][k].item<int64_t>());
        EXPECT_NEAR(best.rows[r][k].log_probability, values[r][k].item<double>(), 1e-5);
      }
      EXPECT_NEAR(best.eos[r], expected[r][3].item<double>(), 1e-5);
    }
  }
}

TEST(BestPiecesTest, TiesGoToTheLowerPiece) {
  const torch::Tensor logits = torch::tensor({{1.0f, 2.0f, 2.0f, 1.0f, 2.0f, 1.0f}});
  EXPECT_EQ(pieces_of(best_pieces(logits, 2, 0, {}).rows[0]), (std::vector<int64_t>{1, 2}));
  EXPECT_EQ(pieces_of(best_pieces(logits, 5, 0, {}).rows[0]),
            (std::vector<int64_t>{1, 2, 4, 0, 3}));
}

TEST(BestPiecesTest, ForbiddenPiecesAreNeverChosenButKeepTheirProbability) {
  const torch::Tensor logits = torch::tensor({{5.0f, 1.0f, 0.0f}});
  const std::vector<int64_t> forbidden = {0};
  const BestPieces best = best_pieces(logits, 3, 2, forbidden);
  EXPECT_EQ(pieces_of(best.rows[0]), (std::vector<int64_t>{1, 2}));
  const double expected = torch::log_softmax(logits, 1)[0][1].item<double>();
  EXPECT_NEAR(best.rows[0][0].log_probability, expected, 1e-6);
  EXPECT_EQ(logits[0][0].item<float>(), 5.0f) << "the model's own tensor stays as it is";
}

TEST(BestPiecesTest, ACertainPieceHasLogProbabilityZeroNotAbove) {
  const BestPieces best = best_pieces(torch::tensor({{80.0f, -80.0f}}), 1, 0, {});
  EXPECT_EQ(best.rows[0][0].log_probability, 0.0);
}

TEST(BestPiecesTest, ImpossiblePiecesAndNotANumberAreLeftOut) {
  const torch::Tensor logits =
      torch::tensor({{1.0f, -kInfinity, 0.0f}, {1.0f, NAN, 0.0f}, {NAN, NAN, NAN}});
  const BestPieces best = best_pieces(logits, 3, 1, {});
  EXPECT_EQ(pieces_of(best.rows[0]), (std::vector<int64_t>{0, 2}));
  EXPECT_TRUE(best.rows[1].empty());
  EXPECT_TRUE(best.rows[2].empty());
  for (const double eos : best.eos) EXPECT_EQ(eos, -INFINITY);
}

}  // namespace
}  // namespace nmt::decode::best_pieces_test
