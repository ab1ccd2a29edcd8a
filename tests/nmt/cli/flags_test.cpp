// FlagSet: values, precedence, the help page, and the text of every error.

#include "nmt/cli/flags.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "data/text/error.h"
#include "nmt/cli/program.h"
#include "tests/testing/temp_folder.h"

namespace nmt::cli::flags_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::message_of;

class FlagsTest : public ::testing::Test {
 protected:
  FlagsTest() {
    set_.group("Input");
    set_.texts("train-sets", &sets_, 2, "source and target file", "SRC TGT");
    set_.text("vocab", &vocab_, "vocabulary", "PATH");
    set_.group("Decoding");
    set_.number("beam-size", &beam_, "hypotheses kept at each step", 1, 100);
    set_.real("length-penalty", &penalty_, "exponent of the length");
    set_.choice("device", &device_, {"cpu", "cuda", "auto"}, "where to compute");
    set_.toggle("overwrite", &overwrite_, "replace what is there");
    set_.texts("metric", &metrics_, kOneOrMore, "what to compute", "NAME...");
    set_.config_file();
  }

  void parse(std::vector<const char*> arguments) {
    arguments.insert(arguments.begin(), "nmt-test");
    set_.parse(static_cast<int>(arguments.size()), arguments.data());
  }
  std::string error(const std::vector<const char*>& arguments) {
    return message_of<UsageError>([&] { parse(arguments); });
  }

  FlagSet set_{"nmt-test", "Tests flags."};
  std::vector<std::string> sets_, metrics_, files_;
  std::string vocab_, device_ = "auto";
  int64_t beam_ = 5;
  double penalty_ = 1.0;
  bool overwrite_ = false;
  testing::TempFolder folder_;
};

TEST_F(FlagsTest, ReadsEveryType) {
  parse({"--train-sets", "a.en", "a.de", "--vocab=v=1.model", "--beam-size", "7",
         "--length-penalty", "-0.5", "--device=cpu", "--overwrite", "--metric", "bleu", "chrf"});
  EXPECT_THAT(sets_, ElementsAre("a.en", "a.de"));
  EXPECT_THAT(metrics_, ElementsAre("bleu", "chrf"));
  EXPECT_EQ(vocab_, "v=1.model");
  EXPECT_EQ(beam_, 7);
  EXPECT_EQ(penalty_, -0.5);
  EXPECT_EQ(device_, "cpu");
  EXPECT_TRUE(overwrite_);
  EXPECT_TRUE(set_.was_set("beam-size"));
}

TEST_F(FlagsTest, KeepsDefaultsAndTheLastOfRepeatedFlags) {
  parse({"--length-penalty", "0.5", "--length-penalty", "0.6"});
  EXPECT_EQ(penalty_, 0.6);
  EXPECT_EQ(beam_, 5);
  EXPECT_FALSE(set_.was_set("beam-size"));
}

TEST_F(FlagsTest, UnknownFlagsGetTheNearestName) {
  EXPECT_EQ(error({"--beam-sise", "3"}), "unknown flag --beam-sise; did you mean --beam-size?");
  EXPECT_EQ(error({"--beam-sise=3"}), "unknown flag --beam-sise; did you mean --beam-size?");
  EXPECT_EQ(error({"--qqqqqqqqqqqqq"}), "unknown flag --qqqqqqqqqqqqq");
}

TEST_F(FlagsTest, AbbreviationsAreUnknown) {
  EXPECT_THAT(error({"--beam", "3"}), HasSubstr("unknown flag --beam"));
}

TEST_F(FlagsTest, BadValuesNameFlagRuleAndValue) {
  EXPECT_EQ(error({"--beam-size", "x"}), "--beam-size must be a whole number, got 'x'");
  EXPECT_EQ(error({"--beam-size", "3.5"}), "--beam-size must be a whole number, got '3.5'");
  EXPECT_EQ(error({"--beam-size", "0"}), "--beam-size must be from 1 to 100, got 0");
  EXPECT_EQ(error({"--beam-size", "99999999999999999999"}),
            "--beam-size must be from 1 to 100, got 99999999999999999999");
  EXPECT_EQ(error({"--length-penalty", "nan"}), "--length-penalty must be a number, got 'nan'");
  EXPECT_EQ(error({"--length-penalty", "1,5"}), "--length-penalty must be a number, got '1,5'");
  EXPECT_EQ(error({"--device", "cpuu"}),
            "--device must be one of cpu, cuda, auto; got 'cpuu'; did you mean cpu?");
}

TEST_F(FlagsTest, MissingAndSurplusValues) {
  EXPECT_EQ(error({"--vocab"}), "--vocab needs a value: PATH");
  EXPECT_EQ(error({"--vocab="}), "--vocab needs a value: PATH");
  EXPECT_EQ(error({"--vocab", "--overwrite"}), "--vocab needs a value: PATH");
  EXPECT_EQ(error({"--train-sets", "a.en"}), "--train-sets needs values: SRC TGT");
  EXPECT_EQ(error({"--train-sets", "a.en", "--overwrite"}), "--train-sets needs values: SRC TGT");
  EXPECT_EQ(error({"--metric"}), "--metric needs values: NAME...");
  EXPECT_EQ(error({"--vocab", "--overwrit"}), "--vocab needs a value: PATH");
  EXPECT_EQ(error({"--overwrite=1"}), "--overwrite takes no value");
  EXPECT_EQ(error({"--overwrite", "1"}), "unexpected argument '1'; flags are written --name value");
  EXPECT_EQ(error({"-x"}), "unexpected argument '-x'; flags are written --name value");
}

TEST_F(FlagsTest, FlagsWinOverTheFile) {
  const std::string path = folder_.write(
      "run.conf", "beam-size = 9\ndevice = cpu\noverwrite = true\ntrain-sets = a b\n");
  parse({"--beam-size", "2", "--config", path.c_str()});
  EXPECT_EQ(beam_, 2);
  EXPECT_EQ(device_, "cpu");
  EXPECT_TRUE(overwrite_);
  EXPECT_THAT(sets_, ElementsAre("a", "b"));
  EXPECT_TRUE(set_.was_set("device"));
}

TEST_F(FlagsTest, FileErrorsNameFileAndLine) {
  const auto error_of = [&](const std::string& text) {
    const std::string path = folder_.write("run.conf", text);
    return error({"--config", path.c_str()}).substr(folder_.path().size());
  };
  EXPECT_EQ(error_of("#\nbeam-sise = 3"),
            "run.conf:2: unknown key 'beam-sise'; did you mean beam-size?");
  EXPECT_EQ(error_of("beam-size = 1000"), "run.conf:1: beam-size must be from 1 to 100, got 1000");
  EXPECT_EQ(error_of("train-sets = a b c"),
            "run.conf:1: train-sets takes SRC TGT (2 values), got 3");
  EXPECT_EQ(error_of("overwrite = yes"), "run.conf:1: overwrite must be true or false, got 'yes'");
  EXPECT_EQ(error_of("\xEF\xBB\xBFseed = x"), error_of("seed = x"));
  EXPECT_EQ(error_of("config = other.conf"), "run.conf:1: unknown key 'config'");
  EXPECT_EQ(message_of<InputError>([&] {
              parse({"--config", "/none/x.conf"});
            }),
            "/none/x.conf: cannot open: No such file or directory");
}

TEST_F(FlagsTest, DefaultsMayComeAfterTheCommandLine) {
  parse({"--beam-size", "2"});
  set_.apply_defaults("beam-size = 3\ndevice = cuda", "built-in");
  EXPECT_EQ(beam_, 2);
  EXPECT_EQ(device_, "cuda");
  EXPECT_FALSE(set_.was_set("device"));
}

TEST_F(FlagsTest, DefaultsTextIsTheWeakestSourceAndDoesNotCountAsSet) {
  set_.apply_defaults("beam-size = 3\ndevice = cuda", "built-in");
  parse({"--device", "cpu"});
  EXPECT_EQ(beam_, 3);
  EXPECT_EQ(device_, "cpu");
  EXPECT_THAT(set_.set_names(), ElementsAre("device"));
}

TEST_F(FlagsTest, PositionalArguments) {
  set_.positional("FILE...", &files_, "files to read", 1);
  EXPECT_EQ(error({}), "needs FILE...: files to read");
  parse({"a", "--beam-size", "2", "b", "--", "--c"});
  EXPECT_THAT(files_, ElementsAre("a", "b", "--c"));
}

TEST_F(FlagsTest, RequiredFlags) {
  set_.add({.name = "model",
            .placeholder = "PATH",
            .help = "the model's folder",
            .required = true,
            .assign = [this](const auto& values) { vocab_ = values[0]; }});
  EXPECT_EQ(error({"--beam-size", "2"}), "--model is missing: the model's folder");
  parse({"--model", "m"});
  EXPECT_EQ(vocab_, "m");
}

TEST_F(FlagsTest, HelpIsOnePageWithGroupsAndDefaults) {
  const std::string page = set_.help();
  EXPECT_EQ(page, R"(Tests flags.

Usage: nmt-test [flags]

Input
  --train-sets SRC TGT     source and target file
  --vocab PATH             vocabulary

Decoding
  --beam-size NUMBER       hypotheses kept at each step (default: 5)
  --length-penalty NUMBER  exponent of the length (default: 1)
  --device cpu|cuda|auto   where to compute (default: auto)
  --overwrite              replace what is there
  --metric NAME...         what to compute

General
  --config FILE            file of 'key = value' lines, the keys being these flags; flags win over
                           it
  --help                   prints this page
  --version                prints the version
)");
}

TEST_F(FlagsTest, HelpFitsHundredColumns) {
  set_.text(
      "a-very-long-name-of-a-flag-that-needs-a-line", &vocab_,
      "a sentence that goes on and on, over the end of the line and further still, so that it "
      "must be broken somewhere");
  std::istringstream page(set_.help());
  for (std::string line; std::getline(page, line);) EXPECT_LE(line.size(), 100u) << line;
}

TEST_F(FlagsTest, HelpAndVersionComeBeforeEverythingElse) {
  EXPECT_THROW(parse({"--nonsense", "--help"}), InformationRequest);
  EXPECT_THROW(parse({"-h"}), InformationRequest);
  try {
    parse({"--version"});
    FAIL();
  } catch (const InformationRequest& request) {
    EXPECT_EQ(request.text, "nmt-test (deepnmt) " + std::string(version()) + "\n");
  }
}

}  // namespace
}  // namespace nmt::cli::flags_test
