// ScoreRequest: the command line of nmt-score, which is that of sacreBLEU 2.6.0.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "nmt/metrics/metric_table.h"

namespace nmt::sacrebleu {

enum class OutputFormat { kJson, kText, kLatex };

/// By OutputFormat.
inline constexpr const char* kOutputFormatNames[] = {"json", "text", "latex"};

enum class PairedTest { kNone, kApproximateRandomization, kBootstrap };

struct ScoreRequest {
  std::vector<std::string> references;                 ///< Paths.
  std::optional<std::vector<std::string>> hypotheses;  ///< Paths; none: standard input.
  int64_t reference_fields = 1;  ///< Tab-separated references in the one reference file.
  std::string encoding = "utf-8";

  std::vector<std::string> metrics = {"bleu"};  ///< As asked for.
  metrics::MetricSettings settings;
  std::optional<std::string> tokenizer;  ///< None: the one for the target language.
  bool sentence_level = false;
  bool force = false;  ///< Whether text that looks tokenized passes without a warning.

  bool confidence = false;
  int64_t confidence_resamples = 1000;
  PairedTest paired_test = PairedTest::kNone;
  int64_t randomization_trials = 10000;
  int64_t paired_resamples = 1000;
  int64_t paired_jobs = 1;
  int64_t threads = 0;  ///< Of counting and resampling; 0: as many as the machine has cores.

  OutputFormat format = OutputFormat::kJson;
  bool short_signature = false;
  bool score_only = false;
  bool paired_json = false;  ///< Paired tests as one JSON object with numbers.
  bool detail = false;
  bool quiet = false;
  bool no_color = false;
  int64_t width = 1;  ///< Decimals.

  std::optional<std::string> test_set;  ///< Several are separated by commas.
  std::optional<std::string> language_pair, origin_language, subset;
  std::optional<std::string> download;
  bool list = false, citation = false;
  std::vector<std::string> echo;  ///< Fields to print; empty: score.
  std::string cache_folder;       ///< Where sacreBLEU keeps its test sets.

  /// "none" for a new one every time, or a number.
  std::string seed = "12345";
};

/// What the environment says: SACREBLEU_FORMAT, SACREBLEU_SEED, NO_COLOR, SACREBLEU.
struct ScoreEnvironment {
  std::optional<std::string> format, seed, no_color, cache;
  std::string home = {};  ///< The folder in which .sacrebleu is unless `cache` names another.
};

/// Reads `arguments`, without the program's name; then the environment, whose format wins.
/// Throws UsageError for a wrong command line (argument_parser.h), InputError for options of our
/// own that mean nothing, cli::InformationRequest for --help and --version. What sacreBLEU refuses
/// is left to request_checks.h.
ScoreRequest parse_score_request(const std::vector<std::string>& arguments,
                                 const ScoreEnvironment& environment);

}  // namespace nmt::sacrebleu
