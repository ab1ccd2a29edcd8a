// TER's edit distance against the textbook one, and its search on cases that can be checked by
// hand.

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "nmt/metrics/beam_edit_distance.h"
#include "nmt/metrics/ter_shifts.h"

namespace nmt::metrics::ter_test {
namespace {

using Words = std::vector<uint32_t>;

int textbook_distance(const Words& a, const Words& b) {
  std::vector<std::vector<int>> d(a.size() + 1, std::vector<int>(b.size() + 1));
  for (size_t i = 0; i <= a.size(); ++i) {
    for (size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        d[i][j] = static_cast<int>(i + j);
      } else {
        d[i][j] =
            std::min({d[i - 1][j - 1] + (a[i - 1] != b[j - 1]), d[i - 1][j] + 1, d[i][j - 1] + 1});
      }
    }
  }
  return d[a.size()][b.size()];
}

Words random_words(std::mt19937& random, size_t longest) {
  Words words(random() % (longest + 1));
  for (uint32_t& word : words) word = random() % 4;
  return words;
}

int count_of(const std::vector<Edit>& edits, Edit kind) {
  return static_cast<int>(std::count(edits.begin(), edits.end(), kind));
}

TEST(BeamEditDistanceTest, EqualsTheTextbookWithinTheBeam) {
  std::mt19937 random(1);
  BeamEditDistance distance;
  for (int round = 0; round < 500; ++round) {
    const Words hypothesis = random_words(random, 12);
    const Words reference = random_words(random, 12);
    distance.start(hypothesis.size(), reference);
    const int edits = distance.base(hypothesis);
    ASSERT_EQ(edits, textbook_distance(hypothesis, reference));
    const std::vector<Edit> path = distance.edits();
    EXPECT_EQ(count_of(path, Edit::kSubstitution) + count_of(path, Edit::kInsertion) +
                  count_of(path, Edit::kDeletion),
              edits);
    EXPECT_EQ(path.size() - count_of(path, Edit::kInsertion), hypothesis.size());
    EXPECT_EQ(path.size() - count_of(path, Edit::kDeletion), reference.size());
  }
}

TEST(BeamEditDistanceTest, VariantsCostWhatTheyCostFromTheStart) {
  std::mt19937 random(2);
  BeamEditDistance distance;
  for (int round = 0; round < 300; ++round) {
    Words hypothesis = random_words(random, 40);
    if (hypothesis.size() < 2) continue;
    const Words reference = random_words(random, 40);
    distance.start(hypothesis.size(), reference);
    distance.base(hypothesis);
    const size_t same = random() % hypothesis.size();
    Words variant = hypothesis;
    std::shuffle(variant.begin() + same, variant.end(), random);
    const int exact = distance.distance_from(variant, same, 1000);
    EXPECT_GT(distance.distance_from(variant, same, exact - 1), exact - 1);
    EXPECT_EQ(distance.base(variant), exact);
  }
}

TEST(TerShiftsTest, OneMoveCountsOnce) {
  TerShifts shifts;
  EXPECT_EQ(shifts.edits(Words{5, 6, 1, 2, 3, 4}, Words{1, 2, 3, 4, 5, 6}), 1);
  EXPECT_EQ(shifts.edits(Words{1, 2, 3}, Words{1, 2, 3}), 0);
  EXPECT_EQ(shifts.edits(Words{}, Words{1, 2, 3}), 3);
  EXPECT_EQ(shifts.edits(Words{1, 2, 3}, Words{}), 3);
  EXPECT_EQ(shifts.edits(Words{}, Words{}), 0);
}

TEST(TerShiftsTest, MovesNeverCostMoreThanPlainEdits) {
  std::mt19937 random(3);
  TerShifts shifts;
  for (int round = 0; round < 500; ++round) {
    const Words hypothesis = random_words(random, 15);
    const Words reference = random_words(random, 15);
    const int edits = shifts.edits(hypothesis, reference);
    EXPECT_LE(edits, textbook_distance(hypothesis, reference));
    EXPECT_GE(edits,
              std::abs(static_cast<int>(hypothesis.size()) - static_cast<int>(reference.size())));
  }
}

}  // namespace
}  // namespace nmt::metrics::ter_test
