// ArgumentParser against what Python's argparse made of the same command lines.

#include "nmt/sacrebleu/command/argparse.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>

#include "data/text/error.h"

namespace nmt::sacrebleu {
namespace {

using nlohmann::json;
using testing::HasSubstr;

struct Parsed {
  std::vector<std::string> refs, metrics = {"bleu"};
  std::optional<std::vector<std::string>> input;
  std::string test_set, tokenize, smooth_method = "exp";
  std::optional<double> smooth_value;
  int64_t width = 1, paired_bs_n = 1000;
  bool sentence_level = false, quiet = false, score_only = false, citation = false;
  bool paired_ar = false, paired_bs = false;
};

// The options that the recorder declares.
Parsed parse(const std::vector<std::string>& arguments) {
  Parsed p;
  ArgumentParser parser("program", "A program.");
  parser.positional("REF", "references", &p.refs);
  parser.group("Options");
  parser.add({{"--input", "-i"},
              Arity::any,
              "FILE",
              {},
              [&](const std::vector<std::string>& values) { p.input = values; },
              "input"});
  parser.add({{"--metrics", "-m"},
              Arity::one_or_more,
              "NAME",
              {"bleu", "chrf"},
              into_texts(&p.metrics),
              "metrics"});
  parser.add({{"--test-set", "-t"}, Arity::one, "NAME", {}, into_text(&p.test_set), "test set"});
  parser.add({{"--tokenize", "-tok"}, Arity::one, "NAME", {}, into_text(&p.tokenize), "tokenizer"});
  parser.add({{"--width", "-w"}, Arity::one, "N", {}, into_int(&p.width), "decimals"});
  parser.add({{"--smooth-method", "-s"},
              Arity::one,
              "NAME",
              {"none", "exp"},
              into_text(&p.smooth_method),
              "smoothing"});
  parser.add(
      {{"--smooth-value", "-sv"}, Arity::one, "X", {}, into_float(&p.smooth_value), "value"});
  parser.add(
      {{"--sentence-level", "-sl"}, Arity::none, "", {}, into_true(&p.sentence_level), "segments"});
  parser.add({{"--quiet", "-q"}, Arity::none, "", {}, into_true(&p.quiet), "quiet"});
  parser.add({{"--score-only", "-b"}, Arity::none, "", {}, into_true(&p.score_only), "number"});
  parser.add({{"--citation", "--cite"}, Arity::none, "", {}, into_true(&p.citation), "citation"});
  parser.add({{"--paired-ar", "-par"}, Arity::none, "", {}, into_true(&p.paired_ar), "ar"});
  parser.add({{"--paired-bs", "-pbs"}, Arity::none, "", {}, into_true(&p.paired_bs), "bs"});
  parser.exclude("--paired-ar", "--paired-bs");
  parser.add(
      {{"--paired-bs-n", "-pbsn"}, Arity::one, "N", {}, into_int(&p.paired_bs_n), "resamples"});
  parser.add({{"--help", "-h"}, Arity::none, "", {}, [](const auto&) {}, "this page"});
  parser.parse(arguments);
  return p;
}

// Python's repr() of the one option that may be infinite, which JSON cannot say.
std::string float_text(const std::optional<double>& value) {
  if (!value) return "None";
  if (std::isnan(*value)) return "nan";
  if (std::isinf(*value)) return *value < 0 ? "-inf" : "inf";
  std::ostringstream text;
  text << *value;
  const bool whole = text.str().find_first_of(".e") == std::string::npos;
  return text.str() + (whole ? ".0" : "");
}

void expect_values(const Parsed& p, const json& values) {
  const auto text = [&](const char* key) {
    return values[key].is_null() ? "" : values[key].get<std::string>();
  };
  EXPECT_EQ(p.refs, values["refs"].get<std::vector<std::string>>());
  EXPECT_EQ(p.metrics, values["metrics"].get<std::vector<std::string>>());
  const json input = p.input ? json(*p.input) : json();
  EXPECT_EQ(input, values["input"]);
  EXPECT_EQ(p.test_set, text("test_set"));
  EXPECT_EQ(p.tokenize, text("tokenize"));
  EXPECT_EQ(p.smooth_method, text("smooth_method"));
  EXPECT_EQ(float_text(p.smooth_value), text("smooth_value"));
  EXPECT_EQ(p.width, values["width"]);
  EXPECT_EQ(p.paired_bs_n, values["paired_bs_n"]);
  EXPECT_EQ(p.sentence_level, values["sentence_level"]);
  EXPECT_EQ(p.quiet, values["quiet"]);
  EXPECT_EQ(p.score_only, values["score_only"]);
  EXPECT_EQ(p.citation, values["citation"]);
  EXPECT_EQ(p.paired_ar, values["paired_ar"]);
  EXPECT_EQ(p.paired_bs, values["paired_bs"]);
}

TEST(ArgparseTest, ReadsEveryRecordedCommandLineAsPythonDoes) {
  std::ifstream file(NMT_GOLDEN_ARGPARSE);
  size_t records = 0;
  for (std::string line; std::getline(file, line); ++records) {
    const json record = json::parse(line);
    SCOPED_TRACE(record["arguments"].dump());
    const bool accepted = record["status"] == 0;
    try {
      const Parsed parsed = parse(record["arguments"]);
      EXPECT_TRUE(accepted);
      if (accepted) expect_values(parsed, record["values"]);
    } catch (const UsageError&) {
      EXPECT_FALSE(accepted);
    }
  }
  EXPECT_GT(records, 1000u);
}

std::string message_of(const std::vector<std::string>& arguments) {
  try {
    parse(arguments);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "no error";
}

TEST(ArgparseTest, ErrorsSayWhatIsWrongAndShowTheUsage) {
  EXPECT_THAT(message_of({"-w", "x"}),
              testing::AllOf(HasSubstr("argument --width/-w: invalid int value: 'x'"),
                             HasSubstr("\nusage: program [options] [REF ...]")));
  EXPECT_THAT(message_of({"-to", "x"}), HasSubstr("ambiguous option: -to could match -t, -tok"));
  EXPECT_THAT(message_of({"-m", "blue"}), HasSubstr("did you mean bleu?"));
  EXPECT_THAT(message_of({"-m"}), HasSubstr("expected at least one argument"));
  EXPECT_THAT(message_of({"-t"}), HasSubstr("expected one argument"));
  EXPECT_THAT(message_of({"-par", "-pbs"}),
              HasSubstr("argument --paired-bs/-pbs: not allowed with argument --paired-ar/-par"));
  EXPECT_THAT(message_of({"a", "-q", "b", "--x"}), HasSubstr("unrecognized arguments: b --x"));
}

}  // namespace
}  // namespace nmt::sacrebleu
