#include "nmt/sacrebleu/command/score_request.h"

#include <algorithm>
#include <thread>

#include "data/text/error.h"
#include "nmt/metrics/tokenizers/data_places.h"
#include "nmt/sacrebleu/command/argument_parser.h"
#include "nmt/sacrebleu/command/score_options.h"

namespace nmt::sacrebleu {
namespace {

void apply_environment(const ScoreEnvironment& environment, ScoreRequest& request) {
  if (environment.no_color && !environment.no_color->empty()) request.no_color = true;
  if (environment.seed) request.seed = *environment.seed;
  request.cache_folder =
      metrics::cache_folder(environment.cache ? &*environment.cache : nullptr, environment.home);
  if (!environment.format) return;
  std::string format = *environment.format;
  std::transform(format.begin(), format.end(), format.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  if (format == "json" || format == "text" || format == "latex")
    request.format = format_named(format);
}

}  // namespace

ScoreRequest parse_score_request(const std::vector<std::string>& arguments,
                                 const ScoreEnvironment& environment) {
  ScoreRequest request;
  ScoreChoices choices;
  ArgumentParser parser("nmt-score",
                        "Scores translations against references with the numbers of sacreBLEU.");
  declare_score_options(parser, request, choices);
  parser.parse(arguments);

  if (choices.paired_bootstrap && choices.paired_randomization) {
    throw UsageError("--paired-ar is not allowed with --paired-bs\n", parser.usage());
  }
  if (choices.paired_bootstrap) request.paired_test = PairedTest::kBootstrap;
  if (choices.paired_randomization) request.paired_test = PairedTest::kApproximateRandomization;
  apply_environment(environment, request);
  if (request.threads < 0) {
    throw InputError("--nmt-threads ", request.threads, ": need 0 (all cores) or more");
  }
  if (request.paired_json && request.paired_test == PairedTest::kNone) {
    throw InputError("--nmt-paired-json needs a paired test: --paired-bs or --paired-ar");
  }
  if (request.threads == 0) request.threads = std::thread::hardware_concurrency();
  return request;
}

}  // namespace nmt::sacrebleu
