#include "nmt/metrics/command/score_request.h"

#include <algorithm>
#include <thread>

#include "data/text/error.h"
#include "nmt/cli/argparse.h"
#include "nmt/metrics/command/score_options.h"
#include "nmt/metrics/tokenizer_table.h"

namespace nmt::metrics {
namespace {

void choose_tokenizer(const ScoreChoices& choices, ScoreRequest& request) {
  std::string_view language;
  if (request.language_pair) {
    const std::string_view pair = *request.language_pair;
    const size_t dash = pair.find('-');
    if (dash == std::string_view::npos) {
      throw InputError("--language-pair '", pair, "': expected SRC-TGT, such as en-de");
    }
    language = pair.substr(dash + 1);
    language = language.substr(0, language.find('-'));
  }
  request.settings.bleu.tokenize =
      choices.tokenize.value_or(std::string(default_tokenizer(language)));
}

void apply_environment(const ScoreEnvironment& environment, ScoreRequest& request) {
  if (environment.no_color && !environment.no_color->empty()) request.no_color = true;
  if (environment.seed) request.seed = *environment.seed;
  if (!environment.format) return;
  std::string format = *environment.format;
  std::transform(format.begin(), format.end(), format.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  if (format == "json" || format == "text" || format == "latex")
    request.format = format_named(format);
}

void drop_repetitions(std::vector<std::string>& names) {
  std::vector<std::string> unique;
  for (std::string& name : names) {
    if (std::find(unique.begin(), unique.end(), name) == unique.end())
      unique.push_back(std::move(name));
  }
  names = std::move(unique);
}

}  // namespace

ScoreRequest parse_score_request(const std::vector<std::string>& arguments,
                                 const ScoreEnvironment& environment) {
  ScoreRequest request;
  ScoreChoices choices;
  cli::ArgumentParser parser(
      "nmt-score", "Scores translations against references with the numbers of sacreBLEU.");
  declare_score_options(parser, request, choices);
  parser.parse(arguments);

  if (choices.paired_bootstrap) request.paired_test = PairedTest::bootstrap;
  if (choices.paired_randomization) request.paired_test = PairedTest::approximate_randomization;
  apply_environment(environment, request);
  if (request.sentence_level && request.metrics.size() > 1) {
    throw InputError("--sentence-level takes one metric only");
  }
  if (request.threads < 0) {
    throw InputError("--nmt-threads ", request.threads, ": need 0 (all cores) or more");
  }
  if (request.paired_json && request.paired_test == PairedTest::none) {
    throw InputError("--nmt-paired-json needs a paired test: --paired-bs or --paired-ar");
  }
  if (request.threads == 0) request.threads = std::thread::hardware_concurrency();
  drop_repetitions(request.metrics);
  request.settings.bleu.effective_order = request.sentence_level;
  choose_tokenizer(choices, request);
  return request;
}

}  // namespace nmt::metrics
