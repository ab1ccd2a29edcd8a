// Beam search against brute force where the beam is as wide as the search space, against a naive
// beam search elsewhere, and the batch against its sentences one by one; all on random models.

#include "nmt/decode/beam_search.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/text/error.h"
#include "tests/nmt/decode/naive_search.h"
#include "tests/nmt/decode/random_step_model.h"

namespace nmt::decode::beam_search_test {
namespace {

using testing::NaiveHypothesis;
using testing::NaiveOptions;
using testing::Pieces;
using testing::RandomStepModel;
using testing::RandomTable;

constexpr double kTolerance = 1e-5;  // Float32 log-probabilities against float64.
const std::vector<double> kAlphas = {-0.5, 0.0, 0.6, 1.0, 2.0};

std::vector<std::vector<Hypothesis>> search(const RandomTable& table,
                                            const std::vector<int64_t>& sentences,
                                            const std::vector<int64_t>& max_lengths,
                                            const NaiveOptions& options) {
  RandomStepModel model(table, sentences);
  return beam_search(model, max_lengths,
                     {.beam_size = static_cast<int64_t>(options.beam_size),
                      .n_best = static_cast<int64_t>(options.n_best),
                      .length_penalty = options.alpha,
                      .eos_id = options.eos,
                      .forbidden = options.forbidden});
}

void expect_equal(const std::vector<Hypothesis>& actual,
                  const std::vector<NaiveHypothesis>& expected) {
  ASSERT_EQ(actual.size(), expected.size());
  for (size_t i = 0; i < actual.size(); ++i) {
    EXPECT_EQ(actual[i].pieces, expected[i].pieces) << "hypothesis " << i;
    EXPECT_NEAR(actual[i].log_probability, expected[i].log_probability, kTolerance);
    EXPECT_NEAR(actual[i].score, expected[i].score, 10 * kTolerance);
  }
}

TEST(BeamSearchTest, AsWideAsTheSearchSpaceItIsBruteForce) {
  for (uint64_t seed = 0; seed < 60; ++seed) {
    const RandomTable table{.seed = seed, .vocabulary = 2 + static_cast<int64_t>(seed % 4)};
    for (const double alpha : kAlphas) {
      for (const size_t max_length : {1, 2, 3, 4}) {
        NaiveOptions options{.beam_size = 400,
                             .n_best = 400,
                             .alpha = alpha,
                             .max_length = max_length,
                             .eos = static_cast<int64_t>(seed % 2)};
        const auto everything = testing::brute_force(table, 7, options);
        expect_equal(search(table, {7}, {static_cast<int64_t>(max_length)}, options)[0],
                     everything);

        options.n_best = std::min<size_t>(3, everything.size());
        const auto best = search(table, {7}, {static_cast<int64_t>(max_length)}, options)[0];
        expect_equal(best, {everything.begin(), everything.begin() + options.n_best});
      }
    }
  }
}

TEST(BeamSearchTest, EqualsANaiveBeamSearch) {
  for (uint64_t seed = 0; seed < 150; ++seed) {
    const RandomTable table{.seed = seed,
                            .vocabulary = 4 + static_cast<int64_t>(seed % 9),
                            .spread = 0.5 + static_cast<double>(seed % 5)};
    const size_t beam_size = 1 + seed % 6;
    for (const double alpha : kAlphas) {
      const NaiveOptions options{.beam_size = beam_size,
                                 .n_best = 1 + seed / 7 % beam_size,
                                 .alpha = alpha,
                                 .max_length = 3 + seed % 8,
                                 .eos = 2,
                                 .forbidden = {static_cast<int64_t>(seed % 2)}};
      const int64_t max_length = static_cast<int64_t>(options.max_length);
      expect_equal(search(table, {1}, {max_length}, options)[0],
                   testing::naive_beam_search(table, 1, options));
    }
  }
}

TEST(BeamSearchTest, ABatchGivesWhatItsSentencesGiveAlone) {
  for (uint64_t seed = 0; seed < 20; ++seed) {
    const RandomTable table{.seed = seed, .vocabulary = 9};
    const NaiveOptions options{.beam_size = 4, .n_best = 4, .alpha = 1.0, .eos = 0};
    const std::vector<int64_t> max_lengths = {9, 1, 5, 12, 2, 7};
    const auto together = search(table, {0, 1, 2, 3, 4, 5}, max_lengths, options);
    for (int64_t s = 0; s < 6; ++s) {
      const auto alone = search(table, {s}, {max_lengths[s]}, options)[0];
      ASSERT_EQ(together[s].size(), alone.size());
      for (size_t i = 0; i < alone.size(); ++i) {
        EXPECT_EQ(together[s][i].pieces, alone[i].pieces);
        EXPECT_EQ(together[s][i].score, alone[i].score);
      }
    }
  }
}

TEST(BeamSearchTest, BeamOfOneIsGreedy) {
  const RandomTable table{.seed = 3, .vocabulary = 12};
  for (int64_t sentence = 0; sentence < 30; ++sentence) {
    const auto found =
        search(table, {sentence}, {20}, {.beam_size = 1, .n_best = 1, .alpha = 1.0, .eos = 0});
    Pieces greedy;
    while (greedy.size() < 19) {
      const std::vector<float> logits = table.logits(sentence, greedy);
      const int64_t piece = std::max_element(logits.begin(), logits.end()) - logits.begin();
      if (piece == 0) break;
      greedy.push_back(piece);
    }
    EXPECT_EQ(found[0][0].pieces, greedy);
  }
}

/// Logits that depend on nothing but the step: `</s>` is likely from the first step on.
class QuickToEnd : public StepModel {
 public:
  explicit QuickToEnd(int64_t sentences) : sentences_(sentences) {}
  int64_t sentences() const override { return sentences_; }
  torch::Tensor step(const torch::Tensor& pieces, const torch::Tensor&) override {
    ++steps;
    return torch::tensor({6.0f, 0.0f, 0.0f}).repeat({pieces.size(0), 1});
  }
  int64_t steps = 0;

 private:
  int64_t sentences_;
};

TEST(BeamSearchTest, StopsWhenNoLivePrefixCanBeatTheKeptOnes) {
  QuickToEnd model(2);
  const std::vector<int64_t> max_lengths = {100, 100};
  const auto found = beam_search(model, max_lengths, {.beam_size = 3, .length_penalty = 0.0});
  EXPECT_EQ(model.steps, 1);
  EXPECT_TRUE(found[1][0].pieces.empty());
}

TEST(BeamSearchTest, EqualScoresGoToTheLowerParentAndPiece) {
  QuickToEnd model(1);
  const std::vector<int64_t> max_lengths = {3};
  const auto found = beam_search(model, max_lengths,
                                 {.beam_size = 7, .n_best = 7, .length_penalty = 0.0, .eos_id = 0});
  std::vector<Pieces> pieces;
  for (const Hypothesis& hypothesis : found[0]) pieces.push_back(hypothesis.pieces);
  EXPECT_EQ(pieces, (std::vector<Pieces>{{}, {1}, {2}, {1, 1}, {1, 2}, {2, 1}, {2, 2}}));
}

class NotANumber : public StepModel {
 public:
  int64_t sentences() const override { return 1; }
  torch::Tensor step(const torch::Tensor& pieces, const torch::Tensor&) override {
    return torch::full({pieces.size(0), 5}, NAN);
  }
};

TEST(BeamSearchTest, NoHypothesisWhereTheModelGivesNoNumbers) {
  NotANumber model;
  const std::vector<int64_t> max_lengths = {5};
  EXPECT_TRUE(beam_search(model, max_lengths, {.beam_size = 2})[0].empty());
}

TEST(BeamSearchTest, RefusesImpossibleSizes) {
  QuickToEnd model(1);
  const std::vector<int64_t> max_lengths = {5};
  EXPECT_THROW(beam_search(model, max_lengths, {.beam_size = 0}), UsageError);
  EXPECT_THROW(beam_search(model, max_lengths, {.beam_size = 2, .n_best = 3}), UsageError);
}

TEST(BeamSearchTest, SaysWhatTheLimitCut) {
  const NaiveOptions options{.beam_size = 4, .n_best = 4, .alpha = 1.0, .max_length = 4, .eos = 0};
  int64_t cut = 0, whole = 0;
  for (uint64_t seed = 0; seed < 40; ++seed) {
    const RandomTable table{.seed = seed, .vocabulary = 4};
    const std::vector<std::vector<Hypothesis>> found = search(table, {7}, {4}, options);
    for (const Hypothesis& hypothesis : found[0]) {
      const auto next = testing::log_probabilities(table, 7, hypothesis.pieces, {});
      const bool ends = std::ranges::max_element(next) == next.begin();
      EXPECT_EQ(hypothesis.cut, hypothesis.pieces.size() == 3 && !ends);
      ++(hypothesis.cut ? cut : whole);
    }
  }
  EXPECT_GT(cut, 20);
  EXPECT_GT(whole, 20);
}

}  // namespace
}  // namespace nmt::decode::beam_search_test
