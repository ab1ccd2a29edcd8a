// nmt-score as a program: every recorded command line gives sacreBLEU's bytes and exit status;
// errors say which file, which line and both lengths.

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/programs/process.h"
#include "tests/testing/temp_folder.h"

namespace nmt::nmt_score_test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

struct Setting {
  std::string folder = NMT_GOLDEN_TEXTS;
  std::string standard_input = "/dev/null";
  std::map<std::string, std::string> environment;
};

// Where test sets are recorded.
const Setting kWithCache{.folder = NMT_GOLDEN_TEXTS "/../test_sets/texts",
                         .environment = {{"SACREBLEU", "../cache"}}};

struct Result {
  int status = -1;
  std::string output, errors;
};

void become_program(const Setting& setting, const std::vector<std::string>& arguments,
                    const std::string& output, const std::string& errors) {
  std::vector<char*> words = {const_cast<char*>(NMT_SCORE)};
  for (const std::string& argument : arguments)
    words.push_back(const_cast<char*>(argument.c_str()));
  words.push_back(nullptr);
  for (const char* name : {"SACREBLEU_FORMAT", "SACREBLEU_SEED", "NO_COLOR", "SACREBLEU"}) {
    unsetenv(name);
  }
  for (const auto& [name, value] : setting.environment) setenv(name.c_str(), value.c_str(), 1);
  const auto redirect = [](const std::string& path, int flags, int descriptor) {
    const int file = open(path.c_str(), flags, 0600);
    return file >= 0 && dup2(file, descriptor) == descriptor;
  };
  const int write = O_WRONLY | O_CREAT | O_TRUNC;
  if (chdir(setting.folder.c_str()) == 0 && redirect(setting.standard_input, O_RDONLY, 0) &&
      redirect(output, write, 1) && redirect(errors, write, 2)) {
    execv(NMT_SCORE, words.data());
  }
  _exit(127);
}

Result run_score(const std::vector<std::string>& arguments, const Setting& setting = {}) {
  const testing::TempFolder folder;
  const pid_t child = fork();
  if (child == 0) become_program(setting, arguments, folder.path("out"), folder.path("err"));
  int status = 0;
  waitpid(child, &status, 0);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, folder.read("out"), folder.read("err")};
}

// Runs the command lines of `records_file`, which is in the folder of all recorded results; returns
// how many.
size_t expect_recorded_output(const std::string& records_file, const Setting& base = {}) {
  std::ifstream file(NMT_GOLDEN_TEXTS "/../" + records_file);
  size_t records = 0;
  for (std::string line; std::getline(file, line); ++records) {
    const nlohmann::json record = nlohmann::json::parse(line);
    SCOPED_TRACE(line.substr(0, line.find("\"status\"")));
    Setting setting = base;
    setting.standard_input = record.value("stdin", "/dev/null");
    if (record.contains("environment")) setting.environment = record["environment"];
    const Result result = run_score(record["arguments"], setting);
    EXPECT_EQ(result.status, record["status"]) << result.errors;
    EXPECT_EQ(result.output, record["output"]);
    if (result.status != 0) {
      EXPECT_THAT(result.errors, HasSubstr("nmt-score: error: "));
    }
  }
  return records;
}

TEST(NmtScoreTest, EveryRecordedCommandLineGivesTheSameBytes) {
  EXPECT_GT(expect_recorded_output("programs.jsonl"), 600u);
}

TEST(NmtScoreTest, EveryRecordedCommandLineOnTestSetsGivesTheSameBytes) {
  EXPECT_GT(expect_recorded_output("test_sets/programs.jsonl", kWithCache), 500u);
}

TEST(NmtScoreTest, EveryRecordedCommandLineWithPiecesGivesTheSameBytes) {
  EXPECT_GT(expect_recorded_output("piece_programs.jsonl"), 10u);
}

TEST(NmtScoreTest, EveryRecordedCommandLineInOtherEncodingsGivesTheSameBytes) {
  const testing::TempFolder folder;
  std::ifstream file(NMT_GOLDEN_TEXTS "/../encoded_texts.jsonl");
  for (std::string line; std::getline(file, line);) {
    const nlohmann::json text = nlohmann::json::parse(line);
    const std::string hex = text["hex"];
    std::string bytes;
    for (size_t i = 0; i < hex.size(); i += 2) {
      bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
    }
    folder.write(text["name"], bytes);
  }
  EXPECT_GT(expect_recorded_output("encoded_programs.jsonl", {.folder = folder.path()}), 400u);
}

TEST(NmtScoreTest, TheOldNameOfATokenizerIsWarnedAbout) {
  const Setting setting{.environment = {{"SACREBLEU", ".."}}};
  EXPECT_THAT(run_score({"ref0.txt", "-i", "sys0.txt", "-tok", "spm"}, setting).errors,
              HasSubstr("warning: tokenizer 'spm' is now called 'flores101'"));
  EXPECT_EQ(run_score({"ref0.txt", "-i", "sys0.txt", "-tok", "flores101"}, setting).errors, "");
}

TEST(NmtScoreTest, WhatATokenizerLacksIsSaid) {
  const testing::TempFolder folder;
  const Setting setting{.environment = {{"SACREBLEU", folder.path()},
                                        {"NMT_IPADIC", folder.path("dic")},
                                        {"NMT_MECAB_KO", folder.path("libmecab.so")}}};
  const std::map<std::string, std::string> messages = {{"ja-mecab", "tools/ipadic"},
                                                       {"ko-mecab", "mecab-ko-dic"},
                                                       {"flores200", "models/flores200"}};
  for (const auto& [tokenizer, message] : messages) {
    const Result result = run_score({"ref0.txt", "-i", "sys0.txt", "-tok", tokenizer}, setting);
    EXPECT_EQ(result.status, 1);
    EXPECT_EQ(result.output, "");
    EXPECT_THAT(result.errors, HasSubstr(message));
  }
}

TEST(NmtScoreTest, AMissingTestSetNamesTheFileAndTheRemedy) {
  const Result result = run_score({"-t", "wmt19/dev", "-l", "en-lt"}, kWithCache);
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.errors, AllOf(HasSubstr("../cache/wmt19/dev/wmt19_dev.en-lt.src is missing"),
                                   HasSubstr("`sacrebleu -t wmt19/dev -l en-lt --echo src`")));
  const Result raw = run_score({"--list", "-t", "wmt24"}, kWithCache);
  EXPECT_THAT(raw.errors, HasSubstr("../cache/wmt24/raw/xml/wmttest2024.cs-uk.all.xml is missing"));
}

TEST(NmtScoreTest, WithoutSacrebleuTheCacheIsInTheHomeFolder) {
  const Result result =
      run_score({"-t", "wmt20", "-l", "en-de"}, {.environment = {{"HOME", "/nowhere/"}}});
  EXPECT_THAT(result.errors, HasSubstr(" /nowhere/.sacrebleu/wmt20/wmt20.en-de.src is missing"));
}

TEST(NmtScoreTest, UnknownTestSetsAndPairsAreAnsweredByKnownOnes) {
  EXPECT_THAT(run_score({"-t", "wmt20/x", "-l", "en-de"}, kWithCache).errors,
              AllOf(HasSubstr("'wmt20/x'"), HasSubstr("wmt20/tworefs")));
  EXPECT_THAT(run_score({"-t", "wmt08", "-l", "en-ru"}, kWithCache).errors, HasSubstr("cs-en"));
  EXPECT_THAT(run_score({"-t", "wmt20", "-l", "en-de", "--echo", "speaker"}, kWithCache).errors,
              HasSubstr("it has src, ref, docid, genre, origlang"));
}

TEST(NmtScoreTest, NothingIsDownloadedAndThatIsSaid) {
  const Result absent = run_score({"--download", "wmt16", "-l", "en-de"}, kWithCache);
  EXPECT_EQ(absent.status, 1);
  EXPECT_THAT(absent.errors, HasSubstr("nmt-score downloads nothing"));
  EXPECT_THAT(run_score({"--download", "wmt16"}, kWithCache).errors,
              AllOf(HasSubstr("nmt-score downloads nothing"), HasSubstr("../cache")));
  const Result present = run_score({"--download", "wmt20", "-l", "en-de"}, kWithCache);
  EXPECT_EQ(present.status, 0);
  EXPECT_THAT(present.errors, HasSubstr("is in ../cache already"));
  EXPECT_THAT(run_score({"--citation", "-t", "wmt20"}).errors, HasSubstr("has no citations"));
}

TEST(NmtScoreTest, DifferentLengthsNameFilesLineAndBothCounts) {
  const Result result = run_score({"ref0.txt", "-i", "one.txt"});
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.errors, AllOf(HasSubstr("one.txt has 1 lines"), HasSubstr("ref0.txt has 34"),
                                   HasSubstr("ref0.txt:2 has no counterpart")));
}

TEST(NmtScoreTest, BadInputNamesFileAndLine) {
  EXPECT_THAT(run_score({"latin1_ref.txt", "-i", "latin1.txt"}).errors,
              HasSubstr("latin1.txt:1: byte 3 of the line is not UTF-8"));
  EXPECT_THAT(run_score({"refs.tsv", "-nr", "3", "-i", "sys0.txt"}).errors,
              HasSubstr("refs.tsv:1: expected 3 tab-separated references, found 2"));
  EXPECT_THAT(run_score({"ref0.txt"}, {.standard_input = "ragged.tsv"}).errors,
              HasSubstr("standard input:2: the first line has 2"));
  EXPECT_THAT(run_score({"ref0.txt", "-i", "absent.txt"}).errors, HasSubstr("absent.txt"));
}

TEST(NmtScoreTest, EncodingsThatAreNotSupportedAreRefused) {
  for (const char* encoding : {"punycode", "idna", "unicode_escape"}) {
    const Result result = run_score({"ref0.txt", "-i", "sys0.txt", "-e", encoding});
    EXPECT_EQ(result.status, 1) << encoding;
    EXPECT_EQ(result.output, "") << encoding;
    EXPECT_THAT(result.errors, HasSubstr("not supported")) << encoding;
  }
}

TEST(NmtScoreTest, NumbersThatTheOriginalCannotPrintArePrinted) {
  const Result result = run_score(
      {"ref0.txt", "-i", "sys0.txt", "sys1.txt", "-pbs", "-pbsn", "30", "-m", "chrf", "ter"});
  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(nlohmann::json::parse(result.output).size(), 2u);
}

TEST(NmtScoreTest, ThreadsChangeNothing) {
  const std::vector<std::vector<std::string>> commands = {
      {"ref0.txt", "ref1.txt", "-i", "sys0.txt", "-m", "bleu", "chrf", "ter", "-ci", "-w", "9"},
      {"ref0.txt", "-i", "sys0.txt", "sys1.txt", "-par", "-parn", "99", "-m", "bleu", "ter"},
      {"ref0.txt", "-i", "sys0.txt", "sys1.txt", "-pbs", "-pbsn", "99", "-f", "text"}};
  for (const auto& command : commands) {
    auto with_threads = [&](const std::string& count) {
      auto words = command;
      words.insert(words.end(), {"--nmt-threads", count});
      return run_score(words).output;
    };
    EXPECT_EQ(with_threads("1"), with_threads("7"));
  }
  EXPECT_EQ(run_score({"ref0.txt", "-i", "sys0.txt", "--nmt-threads", "-1"}).status, 1);
}

TEST(NmtScoreTest, PairedTestsAsOneObjectWithNumbers) {
  const std::vector<std::string> command = {"ref0.txt", "-i",   "sys0.txt", "sys1.txt",
                                            "-m",       "bleu", "chrf",     "--nmt-paired-json",
                                            "-parn",    "60",   "-pbsn",    "60"};
  for (const auto& [flag, test] : {std::pair("-par", "randomization"), {"-pbs", "bootstrap"}}) {
    auto words = command;
    words.push_back(flag);
    const auto json = nlohmann::json::parse(run_score(words).output);
    EXPECT_EQ(json["test"], test);
    EXPECT_EQ(json["samples"], 60);
    EXPECT_EQ(json["seed"], 12345);
    EXPECT_TRUE(json["systems"][0]["BLEU"]["p_value"].is_null());
    EXPECT_TRUE(json["systems"][1]["chrF2"]["p_value"].is_number());
    EXPECT_EQ(json["systems"][1]["BLEU"]["mean"].is_number(), std::string(flag) == "-pbs");
  }
  EXPECT_THAT(run_score(command).errors, HasSubstr("--nmt-paired-json needs a paired test"));
}

TEST(NmtScoreTest, HelpAndVersionGoToStandardOutput) {
  const Result help = run_score({"--help"});
  EXPECT_EQ(help.status, 0);
  EXPECT_THAT(help.output, AllOf(HasSubstr("usage: nmt-score"), HasSubstr("--smooth-method"),
                                 HasSubstr("else 13a"), HasSubstr("BLEU:\n")));
  const Result version = run_score({"-V"});
  EXPECT_EQ(version.status, 0);
  EXPECT_THAT(version.output, AllOf(HasSubstr("nmt-score "), HasSubstr("sacreBLEU 2.6.0")));
}

TEST(NmtScoreTest, NoEscapeSequenceReachesAFileUnlessColoursAreOff) {
  const testing::TempFolder folder;
  folder.write("a", "x\n");
  folder.write("\033[1;31mred\033[0m", "x\n");
  folder.write("b\001\033[m\002", "y\n");
  std::vector<std::string> arguments = {
      "a", "-f", "text", "-i", "\033[1;31mred\033[0m", "b\001\033[m\002"};
  const Setting setting{.folder = folder.path()};
  EXPECT_THAT(run_score(arguments, setting).output,
              AllOf(HasSubstr("    red "), HasSubstr("    b ")));
  arguments.insert(arguments.begin(), "-nc");
  EXPECT_THAT(run_score(arguments, setting).output, HasSubstr("\033[1;31mred"));
}

// A command of bash in the folder of texts, in which `score` is the program.
programs::Result bash(const std::string& command) {
  const std::string score = std::string("score() { '") + NMT_SCORE + "' \"$@\"; }; ";
  return programs::run({"/bin/bash", "-c", score + command}, {.folder = NMT_GOLDEN_TEXTS});
}

TEST(NmtScoreTest, PipesAndPackedTextsScoreAsTheirFiles) {
  const std::string expected = bash("score ref0.txt ref1.txt -i sys0.txt -m bleu ter -b").output;
  ASSERT_FALSE(expected.empty());
  for (const char* command :
       {"score <(cat ref0.txt) <(gzip -c ref1.txt) -i <(cat sys0.txt) -m bleu ter -b",
        "gzip -c sys0.txt | score ref0.txt ref1.txt -m bleu ter -b",
        "cat ref0.txt | score /dev/stdin ref1.txt -i sys0.txt -m bleu ter -b",
        "cat sys0.txt | score ref0.txt ref1.txt -i - -m bleu ter -b"}) {
    EXPECT_EQ(bash(command).output, expected) << command;
  }
}

// As sacreBLEU, which reads it as a character of the first word.
TEST(NmtScoreTest, AByteOrderMarkIsTextUnlessTheEncodingSaysOtherwise) {
  const std::string marked = "-i <(printf '\\xEF\\xBB\\xBF'; cat sys0.txt) -b -w 9";
  const std::string plain = bash("score ref0.txt -i sys0.txt -b -w 9").output;
  EXPECT_NE(bash("score ref0.txt " + marked).output, plain);
  EXPECT_EQ(bash("score ref0.txt -e utf-8-sig " + marked).output, plain);
}

TEST(NmtScoreTest, AFullDiskBehindStandardOutputIsAnError) {
  for (const std::string words : {"ref0.txt -i sys0.txt", "--help", "-V", "--list"}) {
    const programs::Result result = bash("score " + words + " > /dev/full");
    EXPECT_EQ(result.status, 1) << words;
    EXPECT_EQ(result.errors,
              "nmt-score: error: standard output: cannot write: No space left on device\n")
        << words;
  }
}

TEST(NmtScoreTest, WarnsAboutTokenizedTextUnlessForced) {
  const testing::TempFolder folder;
  std::string text;
  for (int i = 0; i < 120; ++i) text += "a line .\n";
  const std::string path = folder.write("tokenized.txt", text);
  EXPECT_THAT(run_score({path, "-i", path}).errors,
              HasSubstr("120 lines end in a tokenized full stop"));
  EXPECT_EQ(run_score({path, "-i", path, "--force"}).errors, "");
}

}  // namespace
}  // namespace nmt::nmt_score_test
