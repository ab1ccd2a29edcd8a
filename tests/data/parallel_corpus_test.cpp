// ParallelCorpus: ids, filters and their counts, lines, threads, memory, errors.

#include "data/parallel_corpus.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "data/text/error.h"
#include "tests/data/sample_text.h"
#include "tests/testing/temp_folder.h"

namespace nmt::data::parallel_corpus_test {
namespace {

using nmt::testing::message_of;
using testing::made_up_pairs;
using testing::made_up_vocabulary;

class ParallelCorpusTest : public ::testing::Test {
 protected:
  ParallelCorpus from_files(const std::string& source, const std::string& target,
                            const CorpusOptions& options = {}) {
    return ParallelCorpus::read(folder_.write("train.en", source),
                                folder_.write("train.de", target), vocabulary_, options);
  }

  nmt::testing::TempFolder folder_;
  Vocabulary vocabulary_ = made_up_vocabulary();
};

TEST_F(ParallelCorpusTest, HoldsExactlyWhatTheVocabularyGives) {
  const auto pairs = made_up_pairs(1000);
  const ParallelCorpus corpus = ParallelCorpus::from_pairs(pairs, vocabulary_, {});
  ASSERT_EQ(corpus.size(), 1000);
  int64_t source_tokens = 0;
  int64_t target_tokens = 0;
  for (int64_t i = 0; i < corpus.size(); ++i) {
    const SentencePair& pair = pairs[static_cast<size_t>(i)];
    ASSERT_EQ(corpus.source(i), vocabulary_.encode(pair.source));
    ASSERT_EQ(corpus.target(i), vocabulary_.encode(pair.target));
    ASSERT_EQ(vocabulary_.decode(corpus.target(i)), pair.target);
    ASSERT_EQ(corpus.source_length(i), static_cast<int64_t>(corpus.source(i).size()) + 1);
    ASSERT_EQ(corpus.target_length(i), static_cast<int64_t>(corpus.target(i).size()) + 1);
    ASSERT_EQ(corpus.line(i), i + 1);
    source_tokens += corpus.source_length(i);
    target_tokens += corpus.target_length(i);
  }
  EXPECT_EQ(corpus.source_tokens(), source_tokens);
  EXPECT_EQ(corpus.target_tokens(), target_tokens);
}

TEST_F(ParallelCorpusTest, ChecksumsKnowTheTextOfEachSideAndNothingElse) {
  const CorpusChecksums text =
      from_files("the house\na tree\n", "das haus\nein baum\n").checksums();
  EXPECT_EQ(from_files("the house\r\na tree", "das haus\nein baum").checksums(), text);
  const CorpusOptions short_ones = {.max_length = 100};
  EXPECT_EQ(from_files("the house\na tree\n", "das haus\nein baum\n", short_ones).checksums(),
            text);

  const CorpusChecksums other_target =
      from_files("the house\na tree\n", "das haus\nein boum\n").checksums();
  EXPECT_EQ(other_target.source, text.source);
  EXPECT_NE(other_target.target, text.target);
  const CorpusChecksums swapped =
      from_files("a tree\nthe house\n", "ein baum\ndas haus\n").checksums();
  EXPECT_NE(swapped.source, text.source);
  EXPECT_NE(from_files("the house a\ntree\n", "das haus\nein baum\n").checksums().source,
            text.source);
  EXPECT_NE(from_files("the house\na tree\n\n", "das haus\nein baum\n\n").checksums(), text);
}

TEST_F(ParallelCorpusTest, FilesAndPairsGiveTheSameWhateverTheThreads) {
  const auto pairs = made_up_pairs(300);
  std::string source;
  std::string target;
  for (const auto& pair : pairs) {
    source += pair.source + "\n";
    target += pair.target + "\r\n";
  }
  const CorpusOptions filters = {.max_length = 40};
  const ParallelCorpus expected = ParallelCorpus::from_pairs(pairs, vocabulary_, filters);
  ASSERT_LT(expected.size(), 300);
  for (const int threads : {0, 1, 3, 7}) {
    CorpusOptions options = filters;
    options.threads = threads;
    const ParallelCorpus corpus = from_files(source, target, options);
    ASSERT_EQ(corpus.size(), expected.size());
    EXPECT_EQ(corpus.report(), expected.report());
    EXPECT_EQ(corpus.checksums(), expected.checksums());
    for (int64_t i = 0; i < corpus.size(); ++i) {
      ASSERT_EQ(corpus.source(i), expected.source(i));
      ASSERT_EQ(corpus.target(i), expected.target(i));
      ASSERT_EQ(corpus.line(i), expected.line(i));
    }
  }
}

TEST_F(ParallelCorpusTest, EveryReasonIsCounted) {
  const std::string lengthy = "ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba";
  const std::string middling = "ba ba ba ba ba ba ba ba ba ba";
  const ParallelCorpus corpus = from_files(
      "be\n\nbi\n \t\n" + lengthy + "\n" + middling + "\n\xFF\nbo\n\xFF\n",
      "bä\nx\n\nx\nbä\nbä\nbä\nbö\nx\n",
      {.invalid_utf8 = text::InvalidUtf8::kSkip, .max_length = 15, .max_length_ratio = 3.0});
  EXPECT_EQ(
      corpus.report(),
      (CorpusReport{.read = 9, .invalid_utf8 = 2, .empty = 3, .too_long = 1, .length_ratio = 1}));
  EXPECT_EQ(corpus.report().kept(), 2);
  EXPECT_EQ(corpus.report().to_text(),
            "kept 2 of 9 pairs; dropped 2 with invalid UTF-8, 3 with an empty side, 1 too long, 1 "
            "with sides of too different length");
  ASSERT_EQ(corpus.size(), 2);
  EXPECT_EQ(corpus.line(0), 1);
  EXPECT_EQ(corpus.line(1), 8);
}

TEST_F(ParallelCorpusTest, LimitsAreInclusive) {
  const std::vector<SentencePair> pairs = {{"ba ba ba ba ba", "ba"}};
  const auto longer = static_cast<int64_t>(vocabulary_.encode(pairs[0].source).size()) + 1;
  const auto shorter = static_cast<int64_t>(vocabulary_.encode(pairs[0].target).size()) + 1;
  const double ratio = static_cast<double>(longer) / static_cast<double>(shorter);
  const auto kept = [&](int64_t max_length, double max_ratio) {
    try {
      return ParallelCorpus::from_pairs(pairs, vocabulary_,
                                        {.max_length = max_length, .max_length_ratio = max_ratio})
                 .size() == 1;
    } catch (const InputError&) {
      return false;
    }
  };
  EXPECT_TRUE(kept(longer, ratio));
  EXPECT_FALSE(kept(longer - 1, ratio));
  EXPECT_FALSE(kept(longer, ratio - 0.01));
  EXPECT_TRUE(kept(0, 0.0));
}

TEST_F(ParallelCorpusTest, LineLeadsBackToThePair) {
  std::vector<SentencePair> pairs;
  for (int i = 0; i < 500; ++i) {
    pairs.push_back(i % 3 == 0 || i % 7 == 1 ? SentencePair{"", "ba"} : SentencePair{"ba", "ba"});
  }
  const ParallelCorpus corpus = ParallelCorpus::from_pairs(pairs, vocabulary_, {});
  std::vector<int64_t> expected;
  for (int64_t i = 0; i < 500; ++i) {
    if (!pairs[static_cast<size_t>(i)].source.empty()) expected.push_back(i + 1);
  }
  std::vector<int64_t> lines;
  for (int64_t i = 0; i < corpus.size(); ++i) lines.push_back(corpus.line(i));
  EXPECT_EQ(lines, expected);
}

TEST_F(ParallelCorpusTest, NothingLeftIsAnErrorWithTheReport) {
  EXPECT_EQ(message_of<InputError>([&] { from_files("\n\n", "ba\nbe\n"); }),
            folder_.path("train.en") + " and " + folder_.path("train.de") +
                ": there is no usable pair: kept 0 of 2 pairs; dropped 2 with an empty side");
  EXPECT_EQ(message_of<InputError>([&] { from_files("", ""); }),
            folder_.path("train.en") + " and " + folder_.path("train.de") +
                ": there is no usable pair: kept 0 of 0 pairs");
  EXPECT_EQ(message_of<InputError>([&] { ParallelCorpus::from_pairs({}, vocabulary_, {}); }),
            "the sentence pairs: there is no usable pair: kept 0 of 0 pairs");
}

TEST_F(ParallelCorpusTest, ReportGroupsDigits) {
  const CorpusReport report = {.read = 12345678, .too_long = 1000};
  EXPECT_EQ(report.to_text(), "kept 12,344,678 of 12,345,678 pairs; dropped 1,000 too long");
}

TEST_F(ParallelCorpusTest, TenMillionPairsFitInThreeGigabytes) {
  const std::vector<SentencePair> block = made_up_pairs(65536 / 16);
  std::vector<SentencePair> pairs;
  for (int i = 0; i < 16; ++i) pairs.insert(pairs.end(), block.begin(), block.end());
  const ParallelCorpus corpus = ParallelCorpus::from_pairs(pairs, vocabulary_, {});
  const double pairs_kept = static_cast<double>(corpus.size());
  const double pieces =
      static_cast<double>(corpus.source_tokens() + corpus.target_tokens()) / pairs_kept - 2;
  const double bytes = static_cast<double>(corpus.memory_bytes()) / pairs_kept;
  // What a pair costs is 2 bytes a piece and 8 more; ...
  EXPECT_NEAR(bytes, 2 * pieces + 8, 0.1);
  // ... so for sides of 60 pieces, twice those of usual text, and the 32 bytes a pair that planning
  // an epoch takes at most (two plans of 4 + 4 bytes, keys of 8, a list of 4):
  EXPECT_LT(1e7 * (2 * (60 + 60) + 8 + 32), 3e9);
}

TEST_F(ParallelCorpusTest, CountsTargetsThatTheVocabularyCannotWrite) {
  const ParallelCorpus corpus = ParallelCorpus::from_pairs(
      std::vector<SentencePair>{{"ba", "bä bö"},
                                {"ba\u2026", "bä"},             // Only the target counts.
                                {"ba", "bä\u2026"},             // NFKC makes three dots of it.
                                {"ba", "b\u4E2D"},              // No piece.
                                {"ba", "  bä \t bö\u00A0bä "},  // White space is harmless.
                                {"", "\u4E2D"}},                // Dropped.
      vocabulary_, {});
  EXPECT_EQ(corpus.report(), (CorpusReport{.read = 6, .empty = 1, .unwritable = 2}));
  EXPECT_EQ(corpus.report().kept(), 5);
}

TEST_F(ParallelCorpusTest, KeepsTheTextOfTheFirstPairsThatItKeeps) {
  const ParallelCorpus corpus = from_files("ba\n\nbe\nbi\n", "bä\nbö\nbe\nbö\n", {.keep_text = 2});
  ASSERT_EQ(corpus.text().size(), 2u);
  EXPECT_EQ(corpus.text()[0].source, "ba");
  EXPECT_EQ(corpus.text()[1].source, "be");
  EXPECT_EQ(corpus.text()[1].target, "be");
  EXPECT_TRUE(from_files("ba\n", "bä\n").text().empty());
}

TEST_F(ParallelCorpusTest, EachSideHasItsOwnVocabulary) {
  std::vector<std::string> sources, targets;
  const auto pairs = made_up_pairs(300);
  for (const SentencePair& pair : pairs) {
    sources.push_back(pair.source);
    targets.push_back(pair.target);
  }
  const Vocabularies two(train_vocabulary(sources, {.vocab_size = 120}),
                         train_vocabulary(targets, {.vocab_size = 150}));
  EXPECT_FALSE(two.shared());
  const ParallelCorpus corpus = ParallelCorpus::from_pairs(pairs, two, {});
  EXPECT_EQ(corpus.report().unwritable, 0);
  for (int64_t i = 0; i < corpus.size(); ++i) {
    const SentencePair& pair = pairs[static_cast<size_t>(i)];
    ASSERT_EQ(corpus.source(i), two.source().encode(pair.source));
    ASSERT_EQ(corpus.target(i), two.target().encode(pair.target));
  }
  EXPECT_EQ(corpus.vocabularies().source().size(), 120);
  EXPECT_EQ(corpus.vocabularies().target().size(), 150);
}

}  // namespace
}  // namespace nmt::data::parallel_corpus_test
