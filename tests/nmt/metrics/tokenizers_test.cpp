// Every tokenizer gives the recorded words.

#include <gtest/gtest.h>

#include <random>

#include "nmt/metrics/tokenizer_table.h"
#include "nmt/metrics/tokenizers/tercom.h"
#include "tests/nmt/metrics/golden.h"

namespace nmt::metrics::tokenizers_test {
namespace {

std::vector<std::string> words_of(const std::string& tokenized) {
  const auto words = text::split_at_white_space(tokenized);
  return {words.begin(), words.end()};
}

TEST(TokenizersTest, GiveTheRecordedWords) {
  for (const nlohmann::json& record : golden_records("tokens.jsonl")) {
    const std::string name = record["tokenizer"];
    const std::string line = record["line"];
    std::string tokenized;
    if (name == "tercom") {
      const auto& options = record["options"];
      tokenized = tokenize_tercom(line, {options[0], options[1], options[2], options[3]});
    } else {
      make_tokenizer(name)->tokenize(line, tokenized);
    }
    EXPECT_EQ(words_of(tokenized), record["words"].get<std::vector<std::string>>())
        << name << ": " << line;
  }
}

// The substitutions one after the other, over whole lines, are the definition of 13a.
TEST(TokenizersTest, Mteval13aFindsTheWordsThatSubstitutionsGive) {
  const std::vector<std::string> parts = {
      "a",      "Z",      "0", "7",      ".",  ",",      "-",      " ",        "\t", "\x1f",
      "\u00a0", "\u2003", "ä", "\u3000", "日", "(",      "]",      "'",        "&",  "&amp;",
      "&lt;",   "<",      "$", "\u00c0", "\n", "\u2019", "&quot;", "<skipped>"};
  const auto tokenizer = make_tokenizer("13a");
  std::mt19937 random(5);
  Words words;
  for (int i = 0; i < 200'000; ++i) {
    // Mostly of the first parts, so that most segments need nothing replaced.
    const size_t last = i % 4 == 0 ? parts.size() - 1 : 17;
    std::uniform_int_distribution<size_t> part(0, last);
    std::string segment;
    for (int k = i % 14; k > 0; --k) segment += parts[part(random)];
    std::string tokenized;
    tokenizer->tokenize(segment, tokenized);
    tokenizer->split(segment, words);
    ASSERT_EQ(words.views, text::split_at_white_space(tokenized)) << '"' << segment << '"';
  }
}

TEST(TokenizersTest, LanguageChoosesTheDefault) {
  EXPECT_EQ(default_tokenizer("zh"), "zh");
  EXPECT_EQ(default_tokenizer("ja"), "ja-mecab");
  EXPECT_EQ(default_tokenizer("ko"), "ko-mecab");
  EXPECT_EQ(default_tokenizer("de"), "13a");
}

TEST(TokenizersTest, Mteval13aJoinsBrokenLinesAsTheScriptDoes) {
  std::string words;
  make_tokenizer("13a")->tokenize("bro-\nken\nline", words);
  EXPECT_EQ(words_of(words), (std::vector<std::string>{"broken", "line"}));
}

}  // namespace
}  // namespace nmt::metrics::tokenizers_test
