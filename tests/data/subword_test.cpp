// Vocabulary training: what the model contains, that it is reproducible, and its errors.

#include "data/subword.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>

#include "data/text/error.h"
#include "data/text/utf8.h"
#include "tests/data/sample_text.h"
#include "tests/testing/temp_folder.h"

namespace nmt::data::subword_test {
namespace {

using nmt::testing::message_of;
using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::made_up_pairs;

std::vector<std::string> both_sides(const std::vector<SentencePair>& pairs) {
  std::vector<std::string> segments;
  for (const auto& pair : pairs) segments.insert(segments.end(), {pair.source, pair.target});
  return segments;
}

class SubwordTest : public ::testing::TestWithParam<SubwordModel> {
 protected:
  SubwordOptions options(int64_t vocab_size) const {
    return {.model = GetParam(), .vocab_size = vocab_size};
  }
};

TEST_P(SubwordTest, HasSpecialPiecesFirstAndTheSizeAskedFor) {
  const Vocabulary vocabulary = train_vocabulary(made_up_pairs(300), options(300));
  EXPECT_EQ(vocabulary.size(), 300);
  EXPECT_EQ(vocabulary.piece(0), "<pad>");
  EXPECT_EQ(vocabulary.piece(1), "<unk>");
  EXPECT_EQ(vocabulary.piece(2), "</s>");
  for (int64_t id = 3; id < vocabulary.size(); ++id) EXPECT_NE(vocabulary.piece(id), "<s>");
}

TEST_P(SubwordTest, EveryCharacterOfTheTextHasAPiece) {
  std::vector<SentencePair> pairs = made_up_pairs(300);
  pairs[7].target += " \u0416";  // Once in the whole text.
  const Vocabulary vocabulary = train_vocabulary(pairs, options(300));
  for (const SentencePair& pair : pairs) {
    for (const std::string& side : {pair.source, pair.target}) {
      EXPECT_EQ(vocabulary.decode(vocabulary.encode(side)), side);
    }
  }
}

TEST_P(SubwordTest, SameTextSameModelHoweverItArrives) {
  const nmt::testing::TempFolder folder;
  const std::vector<SentencePair> pairs = made_up_pairs(300);
  const std::string bytes = train_vocabulary(pairs, options(300)).serialized();
  EXPECT_EQ(train_vocabulary(pairs, options(300)).serialized(), bytes);
  EXPECT_EQ(train_vocabulary(both_sides(pairs), options(300)).serialized(), bytes);
  std::string source;
  std::string target;
  for (const SentencePair& pair : pairs) {
    source += pair.source + "\n";
    target += pair.target + "\r\n";
  }
  EXPECT_EQ(train_vocabulary(folder.write("a", source), folder.write("b", target), options(300))
                .serialized(),
            bytes);
}

TEST_P(SubwordTest, TooLargeVocabularyNamesTheLargestThatWorks) {
  const std::vector<SentencePair> pairs = made_up_pairs(40);
  const std::string message =
      message_of<InputError>([&] { train_vocabulary(pairs, options(20000)); });
  std::smatch match;
  ASSERT_TRUE(std::regex_match(
      message, match,
      std::regex("a vocabulary of 20000 pieces is too large for this text; set vocab-size to "
                 "(\\d+) or less, or add text")))
      << message;
  const int64_t largest = std::stoll(match[1]);
  EXPECT_EQ(train_vocabulary(pairs, options(largest)).size(), largest);
  EXPECT_THROW(train_vocabulary(pairs, options(largest + 1)), InputError);
}

TEST_P(SubwordTest, TooSmallVocabularyNamesTheSmallestThatWorks) {
  const std::vector<SentencePair> pairs = made_up_pairs(40);
  const std::string message = message_of<InputError>([&] { train_vocabulary(pairs, options(10)); });
  std::smatch match;
  ASSERT_TRUE(std::regex_match(
      message, match,
      std::regex("a vocabulary of 10 pieces is too small for this text, whose characters and "
                 "special pieces alone need (\\d+); set vocab-size to that or more")))
      << message;
  const int64_t smallest = std::stoll(match[1]);
  EXPECT_EQ(train_vocabulary(pairs, options(smallest)).size(), smallest);
  EXPECT_THROW(train_vocabulary(pairs, options(smallest - 1)), InputError);
}

TEST_P(SubwordTest, ImpossibleSizesAndEmptyTextAreErrors) {
  const std::vector<SentencePair> pairs = made_up_pairs(40);
  for (const int64_t size : {int64_t{-1}, int64_t{3}, int64_t{1} << 40}) {
    EXPECT_EQ(message_of<InputError>([&] { train_vocabulary(pairs, options(size)); }),
              "a vocabulary needs at least 4 pieces and at most 2147483647; got vocab-size " +
                  std::to_string(size));
  }
  const std::string invisible = "\u00A0\u200B\u2581\uFEFF\uFFFD\x7F\x01";
  for (const auto& segments : std::vector<std::vector<std::string>>{
           {},
           {"", ""},
           {"  ", "\t", invisible},
           {"  ", std::string(4193, 'a'), "a\u2585b", std::string("a\0b", 3)}}) {
    EXPECT_EQ(message_of<InputError>([&] { train_vocabulary(segments, options(100)); }),
              "there is no text to train a vocabulary on: every segment is empty, white space, or "
              "over 4192 bytes");
  }
}

// What SentencePiece's own normalization leaves nothing of is what must not reach its trainer.
TEST_P(SubwordTest, NoSingleCharacterEndsTheProcess) {
  const Vocabulary vocabulary = train_vocabulary(made_up_pairs(300), options(300));
  for (char32_t character = 1; character < 0x10000; ++character) {
    if (character >= 0xD800 && character < 0xE000) continue;
    std::string segment;
    text::append_utf8(character, segment);
    if (!vocabulary.encode(segment).empty()) continue;
    EXPECT_THROW(train_vocabulary(std::vector<std::string>{segment}, options(100)), InputError);
  }
}

TEST_P(SubwordTest, LimitTakesASeededSampleOfTheText) {
  // Only 1 segment in 10 says "zzq", so that a prefix would never see it.
  std::vector<std::string> segments(900, "ba be bi bo");
  segments.resize(1000, "zzq zzq");
  SubwordOptions limited = options(12);
  limited.max_segments = 200;
  const Vocabulary vocabulary = train_vocabulary(segments, limited);
  EXPECT_EQ(vocabulary.decode(vocabulary.encode("zzq ba")), "zzq ba");
  EXPECT_EQ(train_vocabulary(segments, limited).serialized(), vocabulary.serialized());
}

TEST_P(SubwordTest, ASampleThatMemoryDoesNotHoldIsRefused) {
  const std::vector<std::string> segments(1000, std::string(100, 'a') + " b");
  SubwordOptions options = this->options(8);
  options.memory = subword_training_memory(1000 * 102) - 1;
  EXPECT_THAT(message_of<InputError>([&] { train_vocabulary(segments, options); }),
              AllOf(HasSubstr("1000 segments of 102000 bytes"), HasSubstr("--vocab")));
  ++options.memory;
  EXPECT_EQ(train_vocabulary(segments, options).size(), 8);
}

TEST_P(SubwordTest, TrainsInSilence) {
  ::testing::internal::CaptureStderr();
  ::testing::internal::CaptureStdout();
  train_vocabulary(made_up_pairs(100), options(200));
  EXPECT_THROW(train_vocabulary(made_up_pairs(10), options(20000)), InputError);
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
  EXPECT_EQ(::testing::internal::GetCapturedStdout(), "");
}

INSTANTIATE_TEST_SUITE_P(BothModels, SubwordTest,
                         ::testing::Values(SubwordModel::kUnigram, SubwordModel::kBpe),
                         [](const auto& info) {
                           return info.param == SubwordModel::kBpe ? "Bpe" : "Unigram";
                         });

// Text with characters that NFKC rewrites, among plain words.
std::vector<std::string> text_with_compatibility_characters() {
  std::vector<std::string> segments = both_sides(made_up_pairs(200));
  for (int i = 0; i < 20; ++i) segments.push_back("ba\u2026 m\u00B2 \u00BD be\uFF0C BU");
  return segments;
}

TEST(SubwordOptionsTest, NormalizationDecidesWhatCanBeWritten) {
  const std::string text = "ba\u2026 m\u00B2 \u00BD be\uFF0C BU";
  const auto written = [&](Normalization normalization) {
    const Vocabulary vocabulary = train_vocabulary(
        text_with_compatibility_characters(), {.vocab_size = 200, .normalization = normalization});
    return vocabulary.decode(vocabulary.encode(text));
  };
  EXPECT_EQ(written(Normalization::kIdentity), text);
  EXPECT_EQ(written(Normalization::kNmtNfkc), "ba... m2 1\u20442 be, BU");
  EXPECT_EQ(written(Normalization::kNfkc), "ba... m2 1\u20442 be, BU");
  EXPECT_EQ(written(Normalization::kNmtNfkcCf), "ba... m2 1\u20442 be, bu");
}

TEST_P(SubwordTest, BytesWriteWhatHasNoPiece) {
  SubwordOptions with_bytes = options(400);
  with_bytes.byte_fallback = true;
  const Vocabulary vocabulary = train_vocabulary(made_up_pairs(300), with_bytes);
  const std::string text = "ba \u4E2D\U0001F600 bu";
  EXPECT_EQ(vocabulary.decode(vocabulary.encode(text)), text);
  const Vocabulary without = train_vocabulary(made_up_pairs(300), options(400));
  EXPECT_NE(without.decode(without.encode(text)), text);
}

TEST_P(SubwordTest, BytesCountWhereAVocabularyIsTooSmall) {
  SubwordOptions with_bytes = options(100);
  with_bytes.byte_fallback = true;
  EXPECT_THAT(message_of<InputError>([&] { train_vocabulary(made_up_pairs(300), with_bytes); }),
              ::testing::ContainsRegex("is too small for this text.*need 2[0-9][0-9]"));
}

}  // namespace
}  // namespace nmt::data::subword_test
