#include "nmt/sacrebleu/command/score_request.h"

#include <algorithm>
#include <thread>

#include "data/text/error.h"
#include "data/text/unicode.h"
#include "nmt/cli/program.h"
#include "nmt/metrics/tokenizer_table.h"
#include "nmt/metrics/tokenizers/data_places.h"
#include "nmt/sacrebleu/command/argument_parser.h"

namespace nmt::sacrebleu {
namespace {

using Values = std::vector<std::string>;

// What the options say besides the fields of a request.
struct ScoreChoices {
  bool paired_bootstrap = false;
  bool paired_randomization = false;
};

std::vector<std::string> listed(std::span<const char* const> names) {
  return {names.begin(), names.end()};
}

void add_input_options(ArgumentParser& parser, ScoreRequest& request) {
  parser.positional("REFERENCE", "reference files, one segment a line; before -i",
                    &request.references);
  parser.group("Input");
  parser.option(
      "--input/-i", "FILE", into(&request.hypotheses),
      "hypothesis files, one a system; default: standard input, systems separated by tabs", {},
      Arity::kAny);
  parser.option("--num-refs/-nr", "N", into(&request.reference_fields),
                "tab-separated references in the one reference file (default 1)");
  parser.option("--encoding/-e", "NAME", into(&request.encoding),
                "encoding of all text (default utf-8)");
  parser.group("Metrics");
  parser.option("--metrics/-m", "NAME", into(&request.metrics), "what to compute (default bleu)",
                metrics::metric_names(), Arity::kOneOrMore);
  parser.flag("--sentence-level/-sl", &request.sentence_level, "one score a segment");
}

void add_bleu_options(ArgumentParser& parser, ScoreRequest& request) {
  metrics::BleuOptions& bleu = request.settings.bleu;
  parser.group("BLEU");
  parser.option("--smooth-method/-s", "NAME",
                into(&bleu.smooth_method, metrics::kSmoothMethodNames), "smoothing (default exp)",
                listed(metrics::kSmoothMethodNames));
  parser.option("--smooth-value/-sv", "X", into(&bleu.smooth_value),
                "value for floor (default 0.1) and add-k (default 1)");
  parser.option("--tokenize/-tok", "NAME", into(&request.tokenizer),
                "tokenizer (default by -l: zh, ja-mecab, ko-mecab, else 13a)",
                metrics::tokenizer_names());
  parser.flag("--lowercase/-lc", &bleu.lowercase, "ignore case");
  parser.flag("--force", &request.force, "no warning about text that looks tokenized");
}

void add_chrf_options(ArgumentParser& parser, metrics::ChrfOptions& chrf) {
  parser.group("chrF");
  parser.option("--chrf-char-order/-cc", "N", into(&chrf.char_order),
                "longest character n-gram (default 6)");
  parser.option("--chrf-word-order/-cw", "N", into(&chrf.word_order),
                "longest word n-gram; 2 is chrF++ (default 0)");
  parser.option("--chrf-beta", "N", into(&chrf.beta),
                "weight of recall against precision (default 2)");
  parser.flag("--chrf-whitespace", &chrf.whitespace, "white space is part of n-grams");
  parser.flag("--chrf-lowercase", &chrf.lowercase, "ignore case");
  parser.flag("--chrf-eps-smoothing", &chrf.eps_smoothing,
              "smooth as chrF++.py, NLTK and Moses do");
}

void add_ter_options(ArgumentParser& parser, metrics::TerOptions& ter) {
  parser.group("TER");
  parser.flag("--ter-case-sensitive", &ter.case_sensitive, "keep case");
  parser.flag("--ter-asian-support", &ter.asian_support,
              "with one of the next two: Asian characters too");
  parser.flag("--ter-no-punct", &ter.no_punct, "drop punctuation");
  parser.flag("--ter-normalized", &ter.normalized, "separate punctuation");
}

void add_test_options(ArgumentParser& parser, ScoreRequest& request, ScoreChoices& choices) {
  parser.group("Confidence and significance");
  parser.flag("--confidence/-ci", &request.confidence,
              "95 % confidence interval by bootstrap resampling, one system");
  parser.option("--confidence-n/-cin", "N", into(&request.confidence_resamples),
                "resamples for it (default 1000)");
  parser.flag("--paired-ar/-par", &choices.paired_randomization,
              "paired approximate randomization of every system against the first");
  parser.flag("--paired-bs/-pbs", &choices.paired_bootstrap,
              "paired bootstrap resampling of every system against the first");
  parser.option("--paired-ar-n/-parn", "N", into(&request.randomization_trials),
                "trials of -par (default 10000)");
  parser.option("--paired-bs-n/-pbsn", "N", into(&request.paired_resamples),
                "resamples of -pbs (default 1000)");
  parser.option("--paired-jobs/-j", "N", into(&request.paired_jobs),
                "accepted for compatibility; changes nothing");
}

void add_own_options(ArgumentParser& parser, ScoreRequest& request) {
  parser.group("Beyond sacreBLEU");
  parser.option("--nmt-threads", "N", into(&request.threads),
                "threads that count and resample; changes no output (default: cores)");
  parser.flag(
      "--nmt-paired-json", &request.paired_json,
      "paired tests as one JSON object with numbers: test, samples, seed, scores, p-values");
}

void add_output_options(ArgumentParser& parser, ScoreRequest& request) {
  parser.group("Output");
  parser.flag("--quiet/-q", &request.quiet, "errors and warnings only");
  parser.flag("--short/-sh", &request.short_signature, "short names in the signature");
  parser.flag("--score-only/-b", &request.score_only, "the number alone");
  parser.option("--width/-w", "N", into(&request.width), "decimals (default 1)");
  parser.flag("--detail/-d", &request.detail,
              "text format, and scores by origin of a built-in test set");
  parser.flag("--no-color/-nc", &request.no_color, "no colours");
  parser.option("--format/-f", "NAME", into(&request.format, kOutputFormatNames),
                "output format (default json)", listed(kOutputFormatNames));
}

void add_test_set_options(ArgumentParser& parser, ScoreRequest& request) {
  parser.group("sacreBLEU's test sets, from its cache folder; nothing is downloaded");
  parser.flag("--citation/--cite", &request.citation, "refused: only sacreBLEU has the citations");
  parser.flag("--list", &request.list,
              "list the test sets; with -l those of a pair, with -t the fields of a set");
  parser.option("--test-set/-t", "NAME,...", into(&request.test_set),
                "score against a test set, or several as one");
  parser.option("--language-pair/-l", "SRC-TGT", into(&request.language_pair),
                "languages; without -t it only chooses the tokenizer");
  parser.option("--origlang/-ol", "LANG", into(&request.origin_language),
                "segments written in this language, or, as non-LANG, in any other");
  parser.option("--subset", "REGEX", into(&request.subset),
                "segments of documents whose topic fits");
  parser.option("--download", "NAME", into(&request.download),
                "refused unless the files are there: nothing is downloaded");
  parser.option("--echo", "FIELD", into(&request.echo),
                "print fields of the test set: src, ref, docid, ...; or all", {},
                Arity::kOneOrMore);
}

void add_information_options(ArgumentParser& parser) {
  parser.group("Information");
  parser.option(
      "--help/-h", "", [&parser](const Values&) { throw cli::InformationRequest{parser.help()}; },
      "this page", {}, Arity::kNone);
  parser.option(
      "--version/-V", "",
      [](const Values&) {
        throw cli::InformationRequest{concatenate("nmt-score ", cli::version(),
                                                  ", numbers of sacreBLEU ",
                                                  metrics::kSacrebleuVersion, "\n")};
      },
      "name and version", {}, Arity::kNone);
}

void declare_score_options(ArgumentParser& parser, ScoreRequest& request, ScoreChoices& choices) {
  add_input_options(parser, request);
  add_bleu_options(parser, request);
  add_chrf_options(parser, request.settings.chrf);
  add_ter_options(parser, request.settings.ter);
  add_test_options(parser, request, choices);
  add_output_options(parser, request);
  add_own_options(parser, request);
  add_test_set_options(parser, request);
  add_information_options(parser);
}

void apply_environment(const ScoreEnvironment& environment, ScoreRequest& request) {
  if (environment.no_color && !environment.no_color->empty()) request.no_color = true;
  if (environment.seed) request.seed = *environment.seed;
  request.cache_folder =
      metrics::cache_folder(environment.cache ? &*environment.cache : nullptr, environment.home);
  if (!environment.format) return;
  const std::string format = text::lower_ascii(*environment.format);
  const auto name = std::ranges::find(kOutputFormatNames, format);
  if (name == std::end(kOutputFormatNames)) return;
  request.format = static_cast<OutputFormat>(name - std::begin(kOutputFormatNames));
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
