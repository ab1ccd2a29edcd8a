// Streams of segments through a real translator: line by line, in order, whatever they contain.

#include "nmt/decode/translate_stream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "data/text/error.h"
#include "tests/nmt/decode/tiny_model.h"
#include "tests/testing/temp_folder.h"

namespace nmt::decode::translate_stream_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

class TranslateStreamTest : public ::testing::Test {
 protected:
  void SetUp() override { at::set_num_threads(1); }

  std::vector<std::string> translate(const std::string& source, const StreamOptions& options,
                                     const TranslatorOptions& search = {.beam_size = 2}) {
    const std::string path = folder_.path("source.txt");
    text::write_file(path, source);
    text::SegmentReader input(path);
    text::OutputFile output(folder_.path("result.txt"));
    const Translator translator(model_, *vocabulary_, search);
    totals_ = translate_stream(
        translator, input, output, options,
        {.warn = [this](const std::string& m) { warnings_.push_back(m); },
         .progress = [this](const StreamProgress& done) { progress_.push_back(done.segments); }});
    output.commit();
    return lines_of(folder_.read("result.txt"));
  }

  /// Three segments through the model that finds `piece` the most probable everywhere.
  StreamTotals write_always(const std::string& piece) {
    for (int64_t id = 0; id < vocabulary_->size(); ++id) {
      if (vocabulary_->piece(id) == piece) testing::prefer(model_, id);
    }
    translate("the child\npeople walk\ntwo men\n", {}, {.beam_size = 1});
    return totals_;
  }

  std::string alone(const std::string& segment) {
    const std::vector<std::string> segments = {segment};
    return Translator(model_, *vocabulary_, {.beam_size = 2}).translate(segments).front();
  }

  nmt::testing::TempFolder folder_;
  std::shared_ptr<const data::Vocabulary> vocabulary_ = testing::tiny_vocabulary();
  model::Transformer model_ =
      testing::random_model(testing::tiny_config(vocabulary_->size()), /*seed=*/3);
  StreamTotals totals_;
  std::vector<std::string> warnings_;
  std::vector<int64_t> progress_;
};

TEST_F(TranslateStreamTest, OneLineASegmentInOrderInChunks) {
  const auto lines =
      translate("the child\n\ntwo men are sitting\npeople walk\n \n", {.chunk_segments = 2});
  EXPECT_THAT(lines, ElementsAre(alone("the child"), "", alone("two men are sitting"),
                                 alone("people walk"), ""));
  EXPECT_EQ(totals_.segments, 5);
  EXPECT_THAT(progress_, ElementsAre(2, 4, 5));
  EXPECT_TRUE(warnings_.empty());
}

TEST_F(TranslateStreamTest, NoInputNoOutput) {
  EXPECT_TRUE(translate("", {}).empty());
  EXPECT_EQ(totals_.segments, 0);
}

TEST_F(TranslateStreamTest, CarriageReturnAtTheEndIsNoText) {
  EXPECT_THAT(translate("the child\r\n\r\n", {}), ElementsAre(alone("the child"), ""));
}

TEST_F(TranslateStreamTest, NBestLinesCarryIndexAndScore) {
  const auto lines = translate("the child\n\npeople walk\n", {.chunk_segments = 2, .scores = true},
                               {.beam_size = 3, .n_best = 2});
  ASSERT_EQ(lines.size(), 5u);
  EXPECT_THAT(lines[0], StartsWith("0 ||| "));
  EXPECT_THAT(lines[1], StartsWith("0 ||| "));
  EXPECT_EQ(lines[2], "1 |||  ||| 0.000000");
  EXPECT_THAT(lines[3], StartsWith("2 ||| "));
  EXPECT_THAT(lines[4], ::testing::MatchesRegex("2 \\|\\|\\| .* \\|\\|\\| -[0-9]+\\.[0-9]{6}"));
}

TEST_F(TranslateStreamTest, InvalidUtf8IsReplacedSkippedOrRefused) {
  const std::string source = "people walk\nthe \xFF child\n";
  EXPECT_THAT(translate(source, {.invalid_utf8 = text::InvalidUtf8::kReplace}),
              ElementsAre(alone("people walk"), alone("the \xEF\xBF\xBD child")));
  ASSERT_EQ(warnings_.size(), 1u);
  EXPECT_THAT(warnings_[0], HasSubstr("source.txt:2: invalid UTF-8 at byte 5; replaced"));

  EXPECT_THAT(translate(source, {.invalid_utf8 = text::InvalidUtf8::kSkip}),
              ElementsAre(alone("people walk"), ""));
  const std::string message = nmt::testing::message_of<InputError>(
      [&] { translate(source, {.invalid_utf8 = text::InvalidUtf8::kFail}); });
  EXPECT_THAT(message, HasSubstr("source.txt:2: invalid UTF-8 at byte 5"));
  EXPECT_THAT(message, HasSubstr("--invalid-utf8"));
}

TEST_F(TranslateStreamTest, WarningsNameTheLine) {
  std::string longer;
  for (int i = 0; i < 50; ++i) longer += "the old man ";
  translate("people walk\n" + longer + "\n", {}, {.beam_size = 1, .max_length = 20});
  ASSERT_EQ(warnings_.size(), 1u);
  EXPECT_THAT(warnings_[0], HasSubstr("source.txt:2: has "));
}

TEST_F(TranslateStreamTest, CountsTheTranslationsThatTheLimitCut) {
  EXPECT_EQ(write_always("\u2581a").cut, 3);
  EXPECT_EQ(totals_.segments, 3);
  EXPECT_EQ(totals_.translations, 3);
  const int64_t end = vocabulary_->eos_id();
  EXPECT_EQ(write_always(vocabulary_->piece(end)).cut, 0);
}

}  // namespace
}  // namespace nmt::decode::translate_stream_test
