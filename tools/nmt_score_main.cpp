// nmt-score: scores translations against references, with sacreBLEU's numbers, signatures and
// command line.
//
//     nmt-score reference.de -i hypothesis.de -m bleu chrf
//
// Scores go to standard output, everything else to standard error. Exit status: 0 scored, 1
// unusable input, 2 wrong command line, 17 a line with a wrong number of tab-separated fields.

#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include "nmt/cli/program.h"
#include "nmt/metrics/command/score_command.h"
#include "nmt/metrics/command/score_input.h"

namespace {

constexpr int kExitFieldCount = 17;

std::optional<std::string> environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

int score(int argc, char** argv) {
  using nmt::metrics::ScoreOutput;
  const nmt::metrics::ScoreRequest request = nmt::metrics::parse_score_request(
      {argv + 1, argv + argc}, {.format = environment("SACREBLEU_FORMAT"),
                                .seed = environment("SACREBLEU_SEED"),
                                .no_color = environment("NO_COLOR")});
  try {
    const ScoreOutput output = score_command(request, isatty(STDOUT_FILENO) != 0);
    for (const std::string& warning : output.warnings) {
      std::cerr << "nmt-score: warning: " << warning << '\n';
    }
    for (const std::string& note : output.notes) {
      if (!request.quiet) std::cerr << "nmt-score: " << note << '\n';
    }
    std::cout << output.text << std::flush;
    return std::cout ? nmt::cli::kExitDone : nmt::cli::kExitFailure;
  } catch (const nmt::metrics::FieldCountError& error) {
    std::cerr << "nmt-score: error: " << error.what() << '\n';
    return kExitFieldCount;
  }
}

}  // namespace

int main(int argc, char** argv) {
  return nmt::cli::run_program("nmt-score", argc, argv, score);
}
