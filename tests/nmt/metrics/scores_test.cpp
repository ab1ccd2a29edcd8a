// BLEU, chrF and TER through the API: the recorded doubles, to the last bit.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/text/error.h"
#include "nmt/metrics/metric_table.h"
#include "nmt/metrics/python_format.h"
#include "tests/nmt/metrics/golden.h"

namespace nmt::metrics::scores_test {
namespace {

using ::testing::HasSubstr;

std::string metric_of(const std::string& name) {
  return name == "BLEU" ? "bleu" : name == "TER" ? "ter" : "chrf";
}

// The settings that the recorder used, read back from the record.
MetricSettings settings_of(const nlohmann::json& record) {
  const std::string signature = record["signature"];
  const auto has = [&](const char* part) { return signature.find(part) != std::string::npos; };
  MetricSettings settings;
  settings.bleu.effective_order = has("eff:yes");
  settings.bleu.lowercase = has("case:lc");
  settings.bleu.max_order = record.value("order", 4);
  if (has("smooth:floor")) settings.bleu.smooth_method = SmoothMethod::kFloor;
  if (has("tok:char")) settings.bleu.tokenize = "char";
  if (has("nw:2")) settings.chrf.word_order = 2;
  return settings;
}

ReferenceStreams streams_of(const nlohmann::json& record) {
  ReferenceStreams streams;
  for (const std::string name : record["references"]) streams.push_back(golden_text(name));
  return streams;
}

TEST(ScoresTest, CorpusAndSegmentScoresEqualTheRecorded) {
  const std::vector<std::string> hypotheses = golden_text("sys0.txt");
  for (const nlohmann::json& record : golden_records("scores.jsonl")) {
    SCOPED_TRACE(record["signature"]);
    const ReferenceStreams streams = streams_of(record);
    const auto metric = make_metric(metric_of(record["metric"]), settings_of(record), streams);
    EXPECT_EQ(metric->name(), record["metric"]);
    const StatisticsTable table = metric->statistics(hypotheses);
    EXPECT_EQ(metric->score(table.sums(), Arithmetic::kPython).value(), record["score"]);
    ASSERT_EQ(table.rows(), record["segments"].size());
    for (size_t i = 0; i < table.rows(); ++i) {
      EXPECT_EQ(metric->score(table.row(i), Arithmetic::kPython).value(), record["segments"][i])
          << i;
    }
  }
}

TEST(ScoresTest, SignaturesEqualTheRecorded) {
  for (const nlohmann::json& record : golden_records("scores.jsonl")) {
    const ReferenceStreams streams = streams_of(record);
    const auto metric = make_metric(metric_of(record["metric"]), settings_of(record), streams);
    const EvaluationFacts facts{.reference_count = streams.size()};
    EXPECT_EQ(format_signature(facts, metric->signature_parts(), false), record["signature"]);
    EXPECT_EQ(format_signature(facts, metric->signature_parts(), true), record["short"]);
  }
}

TEST(ScoresTest, BleuScoreHoldsTheRecordedParts) {
  const std::vector<std::string> hypotheses = golden_text("sys0.txt");
  for (const nlohmann::json& record : golden_records("scores.jsonl")) {
    if (record["metric"] != "BLEU") continue;
    const BleuScore score = corpus_bleu(hypotheses, streams_of(record), settings_of(record).bleu);
    EXPECT_EQ(score.score, record["score"]);
    EXPECT_EQ(score.precisions, record["precisions"].get<std::vector<double>>());
    EXPECT_EQ(score.counts, record["counts"].get<std::vector<int64_t>>());
    EXPECT_EQ(score.totals, record["totals"].get<std::vector<int64_t>>());
    EXPECT_EQ(score.brevity_penalty, record["bp"]);
    EXPECT_EQ(score.hypothesis_length, record["lengths"][0]);
    EXPECT_EQ(score.reference_length, record["lengths"][1]);
    EXPECT_EQ(fixed(score.score, 3) + " " + score.details(), record["text"]);
  }
}

double corpus_score(const char* name, const std::vector<std::string>& hypotheses,
                    const ReferenceStreams& streams) {
  const auto metric = make_metric(name, {}, streams);
  return metric->score(metric->statistics(hypotheses).sums(), Arithmetic::kPython).value();
}

TEST(ScoresTest, OneCallOfBleuAgreesWithTheMetric) {
  const std::vector<std::string> hypotheses = {"the cat sat on the mat", "a dog"};
  const ReferenceStreams streams = {{"the cat sat on a mat", "the dog"}};
  EXPECT_EQ(corpus_bleu(hypotheses, streams).score, corpus_score("bleu", hypotheses, streams));
  EXPECT_EQ(corpus_score("ter", hypotheses, streams), 100.0 * (2.0 / 8.0));
}

TEST(ScoresTest, NothingAtAllScoresZero) {
  const std::vector<std::string> none;
  const ReferenceStreams streams(1);
  for (const char* name : {"bleu", "chrf", "ter"})
    EXPECT_EQ(corpus_score(name, none, streams), 0.0);
}

template <class Error>
std::string message_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(ScoresTest, StreamsOfAnotherLengthAreRefusedWithBothLengths) {
  const std::vector<std::string> hypotheses = {"a", "b"};
  const ReferenceStreams streams = {{"a", "b"}, {"a", "b", "c"}};
  EXPECT_THAT(message_of<InputError>([&] { corpus_bleu(hypotheses, streams); }),
              ::testing::AllOf(HasSubstr("reference stream 2 has 3"), HasSubstr("2 hypotheses")));
  EXPECT_THAT(message_of<InputError>([&] { corpus_bleu(hypotheses, ReferenceStreams{}); }),
              HasSubstr("at least one reference"));
}

TEST(ScoresTest, NamesOutsideTheTablesAreRefused) {
  const ReferenceStreams streams(1);
  EXPECT_THAT(message_of<UsageError>([&] { make_bleu({.tokenize = "14a"}, streams); }),
              ::testing::AllOf(HasSubstr("'14a'"), HasSubstr("13a")));
  EXPECT_THAT(message_of<InputError>([&] { make_bleu({.tokenize = "ja-mecab"}, streams); }),
              HasSubstr("MeCab"));
  EXPECT_THAT(message_of<UsageError>([&] { make_metric("rouge", {}, streams); }),
              HasSubstr("bleu, chrf, ter"));
}

}  // namespace
}  // namespace nmt::metrics::scores_test
