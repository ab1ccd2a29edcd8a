// ArgumentParser against what Python's argparse made of the same command lines.

#include "nmt/sacrebleu/command/argument_parser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>

#include "data/text/error.h"

namespace nmt::sacrebleu::argument_parser_test {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

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
  parser.option(
      "--input/-i", "FILE", [&](const std::vector<std::string>& values) { p.input = values; },
      "input", {}, Arity::kAny);
  parser.option("--metrics/-m", "NAME", into(&p.metrics), "metrics", {"bleu", "chrf"},
                Arity::kOneOrMore);
  parser.option("--test-set/-t", "NAME", into(&p.test_set), "test set");
  parser.option("--tokenize/-tok", "NAME", into(&p.tokenize), "tokenizer");
  parser.option("--width/-w", "N", into(&p.width), "decimals");
  parser.option("--smooth-method/-s", "NAME", into(&p.smooth_method), "smoothing", {"none", "exp"});
  parser.option("--smooth-value/-sv", "X", into(&p.smooth_value), "value");
  parser.flag("--sentence-level/-sl", &p.sentence_level, "segments");
  parser.flag("--quiet/-q", &p.quiet, "quiet");
  parser.flag("--score-only/-b", &p.score_only, "number");
  parser.flag("--citation/--cite", &p.citation, "citation");
  parser.flag("--paired-ar/-par", &p.paired_ar, "ar");
  parser.flag("--paired-bs/-pbs", &p.paired_bs, "bs");
  parser.option("--paired-bs-n/-pbsn", "N", into(&p.paired_bs_n), "resamples");
  parser.option(
      "--help/-h", "", [](const auto&) {}, "this page", {}, Arity::kNone);
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

// `values` are those that are not the default.
void expect_values(const Parsed& p, const json& values) {
  using Texts = std::vector<std::string>;
  const auto flag = [&](const char* key) { return values.value(key, false); };
  EXPECT_EQ(p.refs, values.value("refs", Texts()));
  EXPECT_EQ(p.metrics, values.value("metrics", Texts{"bleu"}));
  EXPECT_EQ(p.input ? json(*p.input) : json(), values.value("input", json()));
  EXPECT_EQ(p.test_set, values.value("test_set", ""));
  EXPECT_EQ(p.tokenize, values.value("tokenize", ""));
  EXPECT_EQ(p.smooth_method, values.value("smooth_method", "exp"));
  EXPECT_EQ(float_text(p.smooth_value), values.value("smooth_value", "None"));
  EXPECT_EQ(p.width, values.value("width", 1));
  EXPECT_EQ(p.paired_bs_n, values.value("paired_bs_n", 1000));
  EXPECT_EQ(p.sentence_level, flag("sentence_level"));
  EXPECT_EQ(p.quiet, flag("quiet"));
  EXPECT_EQ(p.score_only, flag("score_only"));
  EXPECT_EQ(p.citation, flag("citation"));
  EXPECT_EQ(p.paired_ar, flag("paired_ar"));
  EXPECT_EQ(p.paired_bs, flag("paired_bs"));
}

TEST(ArgumentParserTest, ReadsEveryRecordedCommandLineAsPythonDoes) {
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

TEST(ArgumentParserTest, ErrorsSayWhatIsWrongAndShowTheUsage) {
  EXPECT_THAT(message_of({"-w", "x"}),
              ::testing::AllOf(HasSubstr("--width/-w: invalid int value: 'x'"),
                               HasSubstr("\nusage: program [options] [REF ...]")));
  EXPECT_THAT(message_of({"-to", "x"}), HasSubstr("ambiguous option: -to could match -t, -tok"));
  EXPECT_THAT(message_of({"-m", "blue"}), HasSubstr("did you mean bleu?"));
  EXPECT_THAT(message_of({"-m"}), HasSubstr("--metrics needs values: NAME"));
  EXPECT_THAT(message_of({"-t", "-q"}), HasSubstr("--test-set needs a value: NAME"));
  EXPECT_THAT(message_of({"-t", "--", "x"}), HasSubstr("--test-set needs a value: NAME"));
  EXPECT_THAT(message_of({"--quiet=1"}), HasSubstr("--quiet/-q takes no value: '1'"));
  EXPECT_THAT(message_of({"a", "-q", "b", "--x"}), HasSubstr("unrecognized arguments: --x b"));
}

// The only recorded kind of command line that Python takes and we refuse.
TEST(ArgumentParserTest, AValueWithASpaceDoesNotBeginWithTwoDashes) {
  EXPECT_THAT(message_of({"-t", "--in put"}), HasSubstr("--test-set needs a value"));
  EXPECT_EQ(parse({"-t", "-x y"}).test_set, "-x y");
  EXPECT_EQ(parse({"--test-set=--in put"}).test_set, "--in put");
}

TEST(ArgumentParserTest, TwoDashesAtTheEndAreARunOfPositionalArguments) {
  EXPECT_EQ(parse({"-q", "a", "--"}).refs, std::vector<std::string>{"a"});
  EXPECT_EQ(parse({"-i", "x", "--"}).input, std::vector<std::string>{"x"});
  EXPECT_THAT(message_of({"a", "-i", "x", "--"}), HasSubstr("unrecognized arguments: --"));
}

TEST(ArgumentParserTest, AnAttachedValueOfAListStandsAlone) {
  const Parsed parsed = parse({"-i=a", "b"});
  EXPECT_EQ(parsed.input, std::vector<std::string>{"a"});
  EXPECT_EQ(parsed.refs, std::vector<std::string>{"b"});
}

}  // namespace
}  // namespace nmt::sacrebleu::argument_parser_test
