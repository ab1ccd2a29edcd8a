// Translator with real Transformers of random weights: order, batches, threads, limits, options.

#include "nmt/decode/translator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/text/error.h"
#include "tests/nmt/decode/tiny_model.h"
#include "tests/testing/temp_folder.h"

namespace nmt::decode {
namespace {

using ::testing::HasSubstr;

class TranslatorTest : public ::testing::Test {
 protected:
  // Tensors this small are slower on several threads.
  void SetUp() override { at::set_num_threads(1); }

  Translator translator(const TranslatorOptions& options) const {
    return Translator(model_, vocabulary_, options);
  }

  std::shared_ptr<const data::Vocabulary> vocabulary_ = testing::tiny_vocabulary();
  model::Transformer model_ =
      testing::random_model(testing::tiny_config(vocabulary_->size()), /*seed=*/3);
  std::vector<std::string> sentences_ = testing::tiny_sentences();
};

TEST_F(TranslatorTest, BatchSizeAndThreadsChangeNothing) {
  const auto expected =
      translator({.beam_size = 3, .n_best = 3, .max_tokens = 1}).translate_n_best(sentences_);
  for (const int64_t max_tokens : {90, 100000}) {
    for (const int64_t threads : {1, 2, 5}) {
      const auto actual =
          translator({.beam_size = 3, .n_best = 3, .max_tokens = max_tokens, .threads = threads})
              .translate_n_best(sentences_);
      ASSERT_EQ(actual.size(), expected.size());
      for (size_t i = 0; i < expected.size(); ++i) {
        ASSERT_EQ(actual[i].size(), 3u);
        for (size_t k = 0; k < 3; ++k) {
          EXPECT_EQ(actual[i][k].text, expected[i][k].text);
          EXPECT_NEAR(actual[i][k].score, expected[i][k].score, 1e-4);
        }
      }
    }
  }
}

TEST_F(TranslatorTest, StopsBeforeTheNextBatchWhenToldTo) {
  std::atomic<bool> stop = false;
  for (const int64_t threads : {1, 3}) {
    stop = false;
    const Translator stoppable =
        translator({.beam_size = 1, .max_tokens = 1, .threads = threads, .stop = &stop});
    EXPECT_EQ(stoppable.translate(sentences_).size(), sentences_.size());
    stop = true;
    EXPECT_THROW(stoppable.translate(sentences_), Interrupted);
  }
}

TEST_F(TranslatorTest, EachSegmentGetsItsOwnTranslation) {
  const Translator greedy = translator({.beam_size = 1});
  const std::vector<std::string> together = greedy.translate(sentences_);
  for (size_t i = 0; i < sentences_.size(); ++i) {
    EXPECT_EQ(together[i], greedy.translate(std::span(sentences_).subspan(i, 1)).front());
  }
}

TEST_F(TranslatorTest, BestComesFirst) {
  for (const auto& translations : translator({.n_best = 5}).translate_n_best(sentences_)) {
    ASSERT_EQ(translations.size(), 5u);
    for (size_t k = 1; k < 5; ++k) {
      EXPECT_GE(translations[k - 1].score, translations[k].score);
    }
  }
}

TEST_F(TranslatorTest, SegmentsWithoutPiecesStayEmptyInTheirPlace) {
  const std::vector<std::string> segments = {"", sentences_[0], "  \t ", sentences_[1], ""};
  const Translator beam = translator({});
  const auto translations = beam.translate_n_best(segments);
  for (const size_t empty : {0, 2, 4}) {
    ASSERT_EQ(translations[empty].size(), 1u);
    EXPECT_EQ(translations[empty][0].text, "");
    EXPECT_EQ(translations[empty][0].score, 0.0);
  }
  EXPECT_EQ(translations[3][0].text, beam.translate(std::span(sentences_).subspan(1, 1))[0]);
  EXPECT_TRUE(beam.translate({}).empty());
}

TEST_F(TranslatorTest, AnOverlongSegmentIsCutWithAWarning) {
  std::vector<std::pair<size_t, std::string>> warnings;
  const Translator short_sides = translator({.beam_size = 1, .max_length = 9});
  std::string longer;
  for (int i = 0; i < 30; ++i) longer += "the old man ";
  const std::vector<std::string> segments = {"the", longer};
  const auto translations = short_sides.translate(
      segments,
      [&](size_t index, const std::string& message) { warnings.emplace_back(index, message); });
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_EQ(warnings[0].first, 1u);
  EXPECT_THAT(warnings[0].second, HasSubstr("over the limit of 8"));
  EXPECT_LE(vocabulary_->encode(translations[1]).size(), 9u);
}

TEST_F(TranslatorTest, PositionsOfTheModelLimitLengthToo) {
  std::string longer;
  for (int i = 0; i < 100; ++i) longer += "the old man ";
  std::string warning;
  const std::vector<std::string> segments = {longer};
  translator({.beam_size = 1, .max_length = 5000})
      .translate(segments, [&](size_t, const std::string& message) { warning = message; });
  EXPECT_THAT(warning, HasSubstr("over the limit of 63"));
}

TEST_F(TranslatorTest, ScoresThatAreNoNumbersGiveAWarning) {
  {
    const torch::NoGradGuard no_grad;
    for (torch::Tensor& parameter : model_->parameters()) parameter.fill_(NAN);
  }
  std::string warning;
  const auto translations =
      translator({}).translate(std::span(sentences_).first(1),
                               [&](size_t, const std::string& message) { warning = message; });
  EXPECT_EQ(translations, std::vector<std::string>{""});
  EXPECT_THAT(warning, HasSubstr("not finite"));
}

TEST_F(TranslatorTest, LeavesTheModelAsItIs) {
  std::vector<torch::Tensor> before;
  for (const torch::Tensor& parameter : model_->parameters()) before.push_back(parameter.clone());
  translator({}).translate(sentences_);
  for (size_t i = 0; i < before.size(); ++i) {
    EXPECT_TRUE(torch::equal(before[i], model_->parameters()[i]));
    EXPECT_FALSE(model_->parameters()[i].grad().defined());
  }
}

TEST_F(TranslatorTest, RefusesAVocabularyThatDoesNotFit) {
  const model::Transformer other =
      testing::random_model(testing::tiny_config(vocabulary_->size() + 5), 1);
  const std::string message =
      nmt::testing::message_of<InputError>([&] { Translator(other, vocabulary_, {}); });
  EXPECT_THAT(message, HasSubstr("60 pieces"));
  EXPECT_THAT(message, HasSubstr("built for 65"));
}

TEST_F(TranslatorTest, RefusesOptionsOutOfRange) {
  EXPECT_THROW(translator({.beam_size = 0}), UsageError);
  EXPECT_THROW(translator({.beam_size = 2, .n_best = 3}), UsageError);
  EXPECT_THROW(translator({.n_best = 0}), UsageError);
  EXPECT_THROW(translator({.max_tokens = 0}), UsageError);
  EXPECT_THROW(translator({.max_length = 1}), UsageError);
  EXPECT_THROW(translator({.threads = 0}), UsageError);
}

}  // namespace
}  // namespace nmt::decode
