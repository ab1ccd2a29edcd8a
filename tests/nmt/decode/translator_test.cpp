// Translator with real Transformers of random weights: order, batches, threads, limits, options.

#include "nmt/decode/translator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/text/error.h"
#include "tests/nmt/decode/tiny_model.h"
#include "tests/testing/temp_folder.h"

namespace nmt::decode::translator_test {
namespace {

using ::testing::HasSubstr;

class TranslatorTest : public ::testing::Test {
 protected:
  // Tensors this small are slower on several threads.
  void SetUp() override { at::set_num_threads(1); }

  Translator translator(const TranslatorOptions& options) const {
    return Translator(model_, *vocabulary_, options);
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
  const std::vector<std::string> segments = {longer};
  for (const std::optional<int64_t> max_length : {std::optional<int64_t>(5000), {}}) {
    std::string warning;
    const Translator long_sides = translator({.beam_size = 1, .max_length = max_length});
    long_sides.translate(segments, [&](size_t, const std::string& text) { warning = text; });
    EXPECT_THAT(warning, HasSubstr("over the limit of 63 (the model's positions: 64"));
    EXPECT_EQ(long_sides.length_limit(), "the model's 64 positions");
    EXPECT_FALSE(long_sides.can_be_longer());
  }
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
      nmt::testing::message_of<InputError>([&] { Translator(other, *vocabulary_, {}); });
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

// Pieces of a translation that never ends: the limit, less the `</s>` that closes it.
int64_t pieces_of(const Translation& translation, const data::Vocabulary& vocabulary) {
  return std::ssize(vocabulary.encode(translation.text));
}

class TranslationLengthTest : public TranslatorTest {
 protected:
  void SetUp() override {
    TranslatorTest::SetUp();
    testing::prefer(model_, vocabulary_->encode("a")[0]);
  }

  /// Of a segment of `source` pieces, `</s>` counted in it and in the answer.
  int64_t length(int64_t source, const TranslatorOptions& options,
                 std::optional<config::LengthBound> bound = std::nullopt) {
    config::ModelConfig config = testing::tiny_config(vocabulary_->size());
    config.length_bound = bound;
    model_ = testing::random_model(config, /*seed=*/3);
    testing::prefer(model_, vocabulary_->encode("a")[0]);
    std::string segment;
    for (int64_t i = 1; i < source; ++i) segment += "a ";
    const auto found = translator(options).translate_n_best(std::vector{segment});
    EXPECT_TRUE(found[0][0].cut);
    return pieces_of(found[0][0], *vocabulary_) + 1;
  }
};

TEST_F(TranslationLengthTest, IsTheModelsBoundOrItsPositions) {
  ASSERT_EQ(vocabulary_->encode("a a a").size(), 3u);
  EXPECT_EQ(length(4, {.beam_size = 1}, config::LengthBound{2.0, 10}), 18);
  EXPECT_EQ(length(4, {.beam_size = 1}, config::LengthBound{1.5, 3}), 9);
  EXPECT_EQ(length(40, {.beam_size = 1}, config::LengthBound{2.0, 10}), 64);
  EXPECT_EQ(length(4, {.beam_size = 1}), 64);
  EXPECT_EQ(length(4, {.beam_size = 1}, config::LengthBound{0.0, 1}), 1);
}

TEST_F(TranslationLengthTest, OptionsTakeThePlaceOfTheModelsBound) {
  const config::LengthBound bound = {2.0, 10};
  EXPECT_EQ(length(4, {.beam_size = 1, .max_length = 30}, bound), 30);
  EXPECT_EQ(length(4, {.beam_size = 1, .max_length = 9}, bound), 9);
  EXPECT_EQ(length(4, {.beam_size = 1, .max_length = 5000}, bound), 64);
  EXPECT_EQ(length(4, {.beam_size = 1, .length_bound = config::LengthBound{5.0, 1}}, bound), 21);
  EXPECT_EQ(
      length(4, {.beam_size = 1, .max_length = 15, .length_bound = config::LengthBound{5.0, 1}},
             bound),
      15);
}

TEST_F(TranslationLengthTest, OnlyTheLimitCuts) {
  for (const auto& found : translator({.beam_size = 2, .n_best = 2}).translate_n_best(sentences_)) {
    EXPECT_TRUE(found.front().cut);
  }
  testing::prefer(model_, vocabulary_->eos_id());
  for (const auto& found : translator({.beam_size = 1}).translate_n_best(sentences_)) {
    EXPECT_FALSE(found.front().cut);
  }
  // Even where the limit leaves room for nothing but `</s>`.
  const auto one = translator({.beam_size = 1, .length_bound = config::LengthBound{0.0, 1}})
                       .translate_n_best(sentences_);
  EXPECT_FALSE(one[0][0].cut);
}

TEST_F(TranslationLengthTest, MessagesNameTheLimit) {
  EXPECT_EQ(translator({}).length_limit(), "the model's 64 positions");
  EXPECT_EQ(translator({.max_length = 12}).length_limit(), "12 pieces");
  EXPECT_THAT(translator({.length_bound = config::LengthBound{2.5, 10}}).length_limit(),
              HasSubstr("2.5x+10 pieces"));
}

TEST_F(TranslationLengthTest, EndlessTranslationsAreGivenUpOnlyWhereTheyTakeLong) {
  for (const bool ends : {false, true}) {
    for (const int64_t pieces : {10, 300}) {
      config::ModelConfig config = testing::tiny_config(vocabulary_->size());
      config.max_positions = 400;
      config.length_bound = config::LengthBound{2.0, pieces};
      model_ = testing::random_model(config, /*seed=*/3);
      testing::prefer(model_, ends ? vocabulary_->eos_id() : vocabulary_->encode("a")[0]);
      for (const int64_t max_tokens : {20, 80, 4096}) {
        const Translator greedy =
            translator({.beam_size = 1, .max_tokens = max_tokens, .threads = 2});
        const auto found = greedy.translate_unless_endless(sentences_);
        ASSERT_EQ(found.has_value(), ends || pieces == 10);
        if (found) {
          EXPECT_EQ(*found, greedy.translate(sentences_));
        }
      }
    }
  }
}

TEST_F(TranslatorTest, ATranslationStandsOnOneLine) {
  const std::vector<std::string> sentences = testing::tiny_sentences();
  const data::Vocabulary bytes = data::train_vocabulary(std::span<const std::string>(sentences),
                                                        {.vocab_size = 310, .byte_fallback = true});
  model::Transformer model = testing::random_model(testing::tiny_config(bytes.size()), 3);
  for (const std::string piece : {"<0x0A>", "<0x0D>"}) {
    for (int64_t id = 0; id < bytes.size(); ++id) {
      if (bytes.piece(id) == piece) testing::prefer(model, id);
    }
    const Translator translator(model, bytes, {.beam_size = 2, .n_best = 2, .max_length = 6});
    for (const auto& found : translator.translate_n_best(sentences)) {
      EXPECT_THAT(found[0].text, HasSubstr(" ")) << "the piece was not written";
      for (const Translation& translation : found) {
        EXPECT_EQ(translation.text.find_first_of("\n\r"), std::string::npos);
      }
    }
  }
}

TEST_F(TranslatorTest, EachSideIsCutWithItsOwnVocabulary) {
  const std::vector<std::string> targets = {"bä bö bü", "bö bü bö bö", "bü bä bä"};
  const data::Vocabulary target = data::train_vocabulary(targets, {.vocab_size = 11});
  config::ModelConfig config = testing::tiny_config(target.size());
  config.source_vocab_size = vocabulary_->size();
  config.tie_embeddings = layers::EmbeddingTie::kTwoWay;
  model::Transformer model = testing::random_model(config, 3);
  for (int64_t id = 0; id < target.size(); ++id) {
    if (target.piece(id) == "b") testing::prefer(model, id);
  }
  const Translator translator(model, data::Vocabularies(*vocabulary_, target),
                              {.beam_size = 1, .max_length = 5});
  for (const std::string& text : translator.translate(sentences_)) {
    EXPECT_THAT(text, HasSubstr("b"));
    EXPECT_EQ(target.decode(target.encode(text)), text);
  }
  const auto message = [&](const data::Vocabularies& vocabularies) {
    return nmt::testing::message_of<InputError>([&] { Translator(model, vocabularies, {}); });
  };
  EXPECT_THAT(message({target, target}), HasSubstr("the source vocabulary does not fit"));
  EXPECT_THAT(message({*vocabulary_, *vocabulary_}), HasSubstr("the target vocabulary does not"));
  EXPECT_THAT(message(target), HasSubstr("the vocabulary does not fit"));
}

}  // namespace
}  // namespace nmt::decode::translator_test
