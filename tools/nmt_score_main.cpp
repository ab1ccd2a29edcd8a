// nmt-score: scores translations against references, with sacreBLEU's numbers, signatures and
// command line.
//
//     nmt-score reference.de -i hypothesis.de -m bleu chrf
//
// Scores go to standard output, everything else to standard error. Exit status: 0 scored, 1
// unusable input, 2 wrong command line, 17 a line with a wrong number of tab-separated fields. What
// was ready before an error is printed all the same.

#include <pwd.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include "nmt/cli/program.h"
#include "nmt/cli/terminal.h"
#include "nmt/sacrebleu/command/palette.h"
#include "nmt/sacrebleu/command/score_command.h"
#include "nmt/sacrebleu/command/score_input.h"

namespace {

constexpr int kExitFieldCount = 17;

std::optional<std::string> environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

std::string home() {
  if (const auto home = environment("HOME")) return *home;
  const passwd* user = getpwuid(getuid());
  return user == nullptr ? "" : user->pw_dir;
}

void print(const nmt::sacrebleu::ScoreOutput& output, const nmt::sacrebleu::ScoreRequest& request,
           bool terminal) {
  for (const std::string& warning : output.warnings) {
    std::cerr << "nmt-score: warning: " << warning << '\n';
  }
  for (const std::string& note : output.notes) {
    if (!request.quiet) std::cerr << "nmt-score: " << note << '\n';
  }
  const bool as_it_is = terminal || request.no_color;
  std::cout << (as_it_is ? output.text : nmt::sacrebleu::without_escapes(output.text))
            << std::flush;
}

int score(int argc, char** argv) {
  const nmt::sacrebleu::ScoreRequest request = nmt::sacrebleu::parse_score_request(
      {argv + 1, argv + argc}, {.format = environment("SACREBLEU_FORMAT"),
                                .seed = environment("SACREBLEU_SEED"),
                                .no_color = environment("NO_COLOR"),
                                .cache = environment("SACREBLEU"),
                                .home = home()});
  const bool terminal = nmt::cli::is_rewritable_terminal(STDOUT_FILENO);
  nmt::sacrebleu::ScoreOutput output;
  try {
    score_command(request, terminal, output);
    print(output, request, terminal);
    return nmt::cli::kExitDone;
  } catch (const nmt::sacrebleu::FieldCountError& error) {
    print(output, request, terminal);
    std::cerr << "nmt-score: error: " << error.what() << '\n';
    return kExitFieldCount;
  } catch (const std::exception&) {
    print(output, request, terminal);
    throw;
  }
}

}  // namespace

int main(int argc, char** argv) {
  return nmt::cli::run_program("nmt-score", argc, argv, score);
}
