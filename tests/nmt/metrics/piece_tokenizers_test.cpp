// The tokenizers by SentencePiece models, with models of our own in the place of the downloaded
// ones: the recorded words, and what is said when a model is missing.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "nmt/metrics/tokenizers/data_places.h"
#include "nmt/metrics/tokenizers/unigram_pieces.h"
#include "tests/nmt/metrics/tokenizer_records.h"
#include "tests/testing/temp_folder.h"

namespace nmt::metrics::piece_tokenizers_test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(PieceTokenizersTest, GiveTheRecordedWords) {
  setenv("SACREBLEU", NMT_GOLDEN_METRICS, 1);
  for (const char* name : {"spm", "flores101", "flores200", "spBLEU-1K"}) {
    expect_recorded_words(name, "piece_tokens.jsonl");
  }
}

TEST(PieceTokenizersTest, AMissingModelIsNamedWithFolderAndSource) {
  const testing::TempFolder folder;
  setenv("SACREBLEU", folder.path("cache").c_str(), 1);
  EXPECT_THAT(refusal("flores200"),
              AllOf(HasSubstr(folder.path("cache") + "/models/flores200sacrebleuspm"),
                    HasSubstr("tinyurl.com/flores200sacrebleuspm"), HasSubstr("-tok flores200")));
  EXPECT_THAT(refusal("spm"), HasSubstr("sacrebleu_tokenizer_spm.model"));
  EXPECT_THAT(refusal("spBLEU-1K"), HasSubstr("spbleu-1k_tokenizer_spm.model"));
  unsetenv("SACREBLEU");
  setenv("HOME", folder.path("home").c_str(), 1);
  EXPECT_THAT(refusal("flores101"), HasSubstr(folder.path("home") + "/.sacrebleu/models/"));
}

TEST(PieceTokenizersTest, AFileThatIsNoModelIsRefused) {
  const testing::TempFolder folder;
  setenv("SACREBLEU", folder.path("").c_str(), 1);
  std::filesystem::create_directory(folder.path("models"));
  folder.write("models/flores200sacrebleuspm", "no model");
  EXPECT_THAT(refusal("flores200"), HasSubstr("cannot be used as a SentencePiece model"));
}

std::vector<std::string> split(const UnigramPieces& model, std::string_view text) {
  std::vector<UnigramPieces::Part> parts;
  model.split(text, parts);
  std::vector<std::string> texts;
  for (const auto& part : parts) texts.emplace_back(part.text);
  return texts;
}

// The highest score of any segmentation of `text`, by trying all of them.
float best_score(const std::vector<UnigramPieces::Piece>& pieces, std::string_view text,
                 float unknown) {
  if (text.empty()) return 0.0F;
  float best = -1000.0F;
  bool first_is_piece = false;
  for (const UnigramPieces::Piece& piece : pieces) {
    if (!text.starts_with(piece.text)) continue;
    first_is_piece = first_is_piece || piece.text.size() == 1;
    const std::string_view rest = text.substr(piece.text.size());
    best = std::max(best, piece.score + best_score(pieces, rest, unknown));
  }
  if (first_is_piece) return best;
  return std::max(best, unknown + best_score(pieces, text.substr(1), unknown));
}

TEST(UnigramPiecesTest, FindsTheLikeliestOfAllSegmentations) {
  const std::vector<UnigramPieces::Piece> pieces = {{"a", -2.25F},  {"b", -3.5F},  {"ab", -4.0F},
                                                    {"aab", -6.5F}, {"bb", -8.0F}, {"aaaa", -7.5F}};
  constexpr float kUnknown = -20.0F;
  const UnigramPieces model(pieces, kUnknown);
  for (int number = 0; number < 3 * 3 * 3 * 3 * 3 * 3 * 3; ++number) {
    std::string text;
    for (int rest = number; rest > 0; rest /= 3) text += "abc"[rest % 3];
    float score = 0.0F;
    std::string joined;
    for (const std::string& part : split(model, text)) {
      const auto piece = std::find_if(pieces.begin(), pieces.end(),
                                      [&](const auto& entry) { return entry.text == part; });
      score += piece == pieces.end() ? kUnknown * static_cast<float>(part.size()) : piece->score;
      joined += part;
    }
    EXPECT_EQ(joined, text);
    EXPECT_EQ(score, best_score(pieces, text, kUnknown)) << text;
  }
}

TEST(UnigramPiecesTest, OfEqualSegmentationsTheLongestLastPieceWins) {
  const UnigramPieces model({{"0", -1.0F}, {"00", -1.5F}}, -10.0F);
  EXPECT_EQ(split(model, "000"), (std::vector<std::string>{"0", "00"}));
}

TEST(UnigramPiecesTest, UnknownNeighboursMakeOnePart) {
  const UnigramPieces model({{"a", -1.0F}, {"é", -1.0F}}, -10.0F);
  EXPECT_EQ(split(model, "a日本éxy"), (std::vector<std::string>{"a", "日本", "é", "xy"}));
  EXPECT_EQ(split(model, ""), std::vector<std::string>{});
}

TEST(PieceTokenizersTest, TheCacheFolderIsWhereSacrebleuPutsIt) {
  const std::string own = "somewhere";
  EXPECT_EQ(cache_folder(&own, "/h"), "somewhere");
  EXPECT_EQ(cache_folder(nullptr, "/h/"), "/h/.sacrebleu");
  EXPECT_EQ(cache_folder(nullptr, "/"), "/.sacrebleu");
}

}  // namespace
}  // namespace nmt::metrics::piece_tokenizers_test
