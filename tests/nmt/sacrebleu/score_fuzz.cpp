// Fuzzes nmt-score without its main function: random files, options and bytes. To be built with the
// sanitizers.
//
//     score_fuzz [SECONDS [SEED]]
//
// Each round draws a command line and its files from (SEED, round). What nmt-score refuses with a
// message is fine; any other exception, a crash, a leak or a round of more than 20 seconds is not,
// and the round's number is printed before it ends the program.

#include <unistd.h>
#include <zlib.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <random>
#include <string>
#include <vector>

#include "data/text/error.h"
#include "nmt/cli/program.h"
#include "nmt/sacrebleu/command/argument_parser.h"
#include "nmt/sacrebleu/command/score_command.h"
#include "nmt/sacrebleu/command/score_input.h"
#include "tests/testing/temp_folder.h"

namespace nmt::sacrebleu {
namespace {

volatile uint64_t current_round = 0;

void report_hang(int) {
  char text[] = "score_fuzz: a round takes over 20 seconds: ....................\n";
  uint64_t round = current_round;
  for (size_t i = sizeof text - 3; round > 0; --i, round /= 10) {
    text[i] = static_cast<char>('0' + round % 10);
  }
  [[maybe_unused]] const auto written = write(STDERR_FILENO, text, sizeof text - 1);
  _exit(1);
}

class Draw {
 public:
  explicit Draw(uint64_t seed) : random_(seed), broken_(chance(0.2)) {}

  size_t below(size_t count) {
    return std::uniform_int_distribution<size_t>(0, count - 1)(random_);
  }
  bool chance(double probability) { return std::bernoulli_distribution(probability)(random_); }
  template <class T, size_t N>
  const T& from(const T (&values)[N]) {
    return values[below(N)];
  }

  std::string bytes(size_t longest) {
    std::string text(below(longest + 1), '\0');
    for (char& c : text) c = static_cast<char>(below(256));
    return text;
  }

  // A line of words, marks, scripts, and in some rounds of anything.
  std::string line() {
    static const std::string kBroken[] = {"\xff", "\xc3", "\xed\xa0\x80", "\xf4\x90", ""};
    static const std::string kParts[] = {"the",
                                         "cat",
                                         "Straße",
                                         ".",
                                         ",",
                                         "-",
                                         "3.5",
                                         "1,000",
                                         "&quot;",
                                         "&amp",
                                         "<skip",
                                         "天气",
                                         "カタ",
                                         "안녕",
                                         "ΣΑΣ",
                                         "İ",
                                         "👩‍👩‍👧",
                                         "e\u0301",
                                         "\u00a0",
                                         "\u2028",
                                         "\t",
                                         "\r",
                                         "\x1c",
                                         "don't",
                                         "(",
                                         "%",
                                         "$",
                                         "''",
                                         "…",
                                         "“x”",
                                         "a",
                                         "b"};
    std::string text;
    const size_t words = chance(0.02) ? 400 : below(14);
    for (size_t i = 0; i < words; ++i) {
      text += broken_ && chance(0.1) ? from(kBroken) + bytes(4) : from(kParts);
      if (chance(0.8)) text += ' ';
    }
    return text;
  }

  std::string file() {
    if (chance(0.02)) return bytes(300);
    std::string text;
    const size_t lines = chance(0.95) ? 3 : below(9);
    for (size_t i = 0; i < lines; ++i) text += line() + (chance(0.99) ? "\n" : "");
    return text;
  }

  std::string value() {
    static const std::string kValues[] = {"0",
                                          "1",
                                          "2",
                                          "4",
                                          "-1",
                                          "1e3",
                                          "nan",
                                          "inf",
                                          "x",
                                          "",
                                          "bleu",
                                          "chrf",
                                          "ter",
                                          "13a",
                                          "intl",
                                          "zh",
                                          "char",
                                          "none",
                                          "flores200",
                                          "spm",
                                          "ja-mecab",
                                          "ko-mecab",
                                          "exp",
                                          "floor",
                                          "add-k",
                                          "text",
                                          "json",
                                          "latex",
                                          "utf-8",
                                          "ascii",
                                          "latin-1",
                                          "utf-8-sig",
                                          "utf-16",
                                          "utf-7",
                                          "gb18030",
                                          "shift_jis",
                                          "euc_kr",
                                          "iso2022_jp_2",
                                          "hz",
                                          "cp1255",
                                          "en-de",
                                          "de-ja",
                                          "9999999999999999999",
                                          "0.5",
                                          "7"};
    return chance(0.05) ? bytes(12) : from(kValues);
  }

  std::string option() {
    static const std::string kOptions[] = {"-m",
                                           "--metrics",
                                           "-tok",
                                           "--tokenize",
                                           "-s",
                                           "-sv",
                                           "-lc",
                                           "-w",
                                           "-f",
                                           "-b",
                                           "-sh",
                                           "-q",
                                           "-d",
                                           "-nc",
                                           "-sl",
                                           "-e",
                                           "-nr",
                                           "-l",
                                           "-cw",
                                           "-cc",
                                           "--chrf-beta",
                                           "--chrf-whitespace",
                                           "--chrf-lowercase",
                                           "--chrf-eps-smoothing",
                                           "--ter-normalized",
                                           "--ter-asian-support",
                                           "--ter-no-punct",
                                           "--ter-case-sensitive",
                                           "--force",
                                           "--echo",
                                           "-t",
                                           "--subset",
                                           "-ol",
                                           "--list",
                                           "--nmt-paired-json",
                                           "-i",
                                           "--",
                                           "-h",
                                           "-V",
                                           "-j"};
    return chance(0.03) ? "-" + bytes(8) : from(kOptions);
  }

 private:
  std::mt19937_64 random_;
  bool broken_;  // Whether texts hold bytes that are no characters.
};

void write_file(const std::string& path, const std::string& content, bool compressed) {
  if (!compressed) {
    std::ofstream(path, std::ios::binary) << content;
    return;
  }
  gzFile file = gzopen(path.c_str(), "wb");
  gzwrite(file, content.data(), static_cast<unsigned>(content.size()));
  gzclose(file);
}

std::vector<std::string> draw_command(Draw& draw, const testing::TempFolder& folder) {
  std::vector<std::string> words;
  const auto add_file = [&](const std::string& stem) {
    const bool compressed = draw.chance(0.05);
    const std::string path = folder.path(stem + (compressed ? ".gz" : ""));
    write_file(path, draw.file(), compressed && draw.chance(0.7));
    words.push_back(draw.chance(0.02) ? folder.path("absent") : path);
  };
  for (size_t k = draw.below(3) + 1; k > 0; --k) add_file("ref" + std::to_string(k));
  words.push_back("-i");
  for (size_t k = draw.below(3) + 1; k > 0; --k) add_file("sys" + std::to_string(k));
  static const std::string kMetrics[] = {"bleu", "chrf", "ter"};
  words.push_back("-m");
  for (size_t k = draw.below(3) + 1; k > 0; --k) words.push_back(draw.from(kMetrics));
  for (size_t k = draw.chance(0.5) ? 0 : draw.below(7); k > 0; --k) {
    words.push_back(draw.option());
    for (size_t values = draw.below(3); values > 0; --values) words.push_back(draw.value());
  }
  // Counts are given last, so that no round takes long.
  static const std::string kTests[] = {"-ci", "-par", "-pbs", "-lc", "-q"};
  words.insert(words.end(), {draw.from(kTests), "-cin", "20", "-parn", "20", "-pbsn", "20", "-w",
                             std::to_string(draw.below(40)), "--nmt-threads", "2"});
  return words;
}

// Whether there was a score.
bool run_round(uint64_t seed, uint64_t round, const testing::TempFolder& folder) {
  Draw draw(seed * 1'000'003 + round);
  const std::vector<std::string> words = draw_command(draw, folder);
  ScoreEnvironment environment;
  if (draw.chance(0.1)) environment.format = draw.value();
  if (draw.chance(0.1)) environment.seed = draw.value();
  try {
    ScoreOutput output;
    score_command(parse_score_request(words, environment), draw.chance(0.2), output);
    return true;
  } catch (const UsageError&) {
  } catch (const InputError&) {
  } catch (const FieldCountError&) {
  } catch (const cli::InformationRequest&) {
  } catch (const std::exception& error) {
    std::cerr << "score_fuzz: seed " << seed << ", round " << round << ": " << error.what() << '\n';
    for (const std::string& word : words) std::cerr << "  '" << word << "'\n";
    std::exit(1);
  }
  return false;
}

int fuzz(int argc, char** argv) {
  const double seconds = argc > 1 ? std::atof(argv[1]) : 20;
  const uint64_t seed = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1;
  std::signal(SIGALRM, report_hang);
  const testing::TempFolder folder;
  const auto start = std::chrono::steady_clock::now();
  uint64_t round = 0, scored = 0;
  for (; std::chrono::steady_clock::now() - start < std::chrono::duration<double>(seconds);
       ++round) {
    current_round = round;
    alarm(20);
    scored += run_round(seed, round, folder);
  }
  std::cout << round << " rounds, " << scored << " of them scored, seed " << seed
            << ": nothing found\n";
  return 0;
}

}  // namespace
}  // namespace nmt::sacrebleu

int main(int argc, char** argv) {
  return nmt::sacrebleu::fuzz(argc, argv);
}
