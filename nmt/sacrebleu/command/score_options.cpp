#include "nmt/sacrebleu/command/score_options.h"

#include <algorithm>
#include <limits>

#include "data/text/error.h"
#include "nmt/cli/program.h"
#include "nmt/metrics/tokenizer_table.h"

namespace nmt::sacrebleu {
namespace {

using Values = std::vector<std::string>;

constexpr metrics::SmoothMethod kSmoothMethods[] = {
    metrics::SmoothMethod::none, metrics::SmoothMethod::floor, metrics::SmoothMethod::add_k,
    metrics::SmoothMethod::exp};

std::vector<std::string> smooth_method_names() {
  std::vector<std::string> names;
  for (const metrics::SmoothMethod method : kSmoothMethods)
    names.emplace_back(metrics::smooth_method_name(method));
  return names;
}

std::function<void(const Values&)> into_smooth_method(metrics::SmoothMethod* target) {
  return [target](const Values& values) {
    for (const metrics::SmoothMethod method : kSmoothMethods) {
      if (metrics::smooth_method_name(method) == values.back()) *target = method;
    }
  };
}

std::function<void(const Values&)> into_optional(std::optional<std::string>* target) {
  return [target](const Values& values) { *target = values.back(); };
}

std::function<void(const Values&)> into_small_int(int* target) {
  return [target](const Values& values) {
    int64_t value = 0;
    into_int (&value)(values);
    if (value < -std::numeric_limits<int>::max() || value > std::numeric_limits<int>::max()) {
      throw UsageError("value out of range: '", values.back(), "'");
    }
    *target = static_cast<int>(value);
  };
}

std::function<void(const Values&)> into_format(OutputFormat* target) {
  return [target](const Values& values) { *target = format_named(values.back()); };
}

void add_input_options(ArgumentParser& parser, ScoreRequest& request) {
  parser.positional("REFERENCE", "reference files, one segment a line; before -i",
                    &request.references);
  parser.group("Input");
  parser.add(
      {{"--input", "-i"},
       Arity::any,
       "FILE",
       {},
       [&](const Values& values) { request.hypotheses = values; },
       "hypothesis files, one a system; default: standard input, systems separated by tabs"});
  parser.add({{"--num-refs", "-nr"},
              Arity::one,
              "N",
              {},
              into_int(&request.reference_fields),
              "tab-separated references in the one reference file (default 1)"});
  parser.add({{"--encoding", "-e"},
              Arity::one,
              "NAME",
              {},
              into_text(&request.encoding),
              "encoding of all text (default utf-8)"});
  parser.group("Metrics");
  parser.add({{"--metrics", "-m"},
              Arity::one_or_more,
              "NAME",
              metrics::metric_names(),
              into_texts(&request.metrics),
              "what to compute (default bleu)"});
  parser.add({{"--sentence-level", "-sl"},
              Arity::none,
              "",
              {},
              into_true(&request.sentence_level),
              "one score a segment"});
}

void add_bleu_options(ArgumentParser& parser, ScoreRequest& request) {
  metrics::BleuOptions& bleu = request.settings.bleu;
  parser.group("BLEU");
  parser.add({{"--smooth-method", "-s"},
              Arity::one,
              "NAME",
              smooth_method_names(),
              into_smooth_method(&bleu.smooth_method),
              "smoothing (default exp)"});
  parser.add({{"--smooth-value", "-sv"},
              Arity::one,
              "X",
              {},
              into_float(&bleu.smooth_value),
              "value for floor (default 0.1) and add-k (default 1)"});
  parser.add({{"--tokenize", "-tok"},
              Arity::one,
              "NAME",
              metrics::tokenizer_names(),
              into_optional(&request.tokenizer),
              "tokenizer (default by -l: zh, ja-mecab, ko-mecab, else 13a)"});
  parser.add(
      {{"--lowercase", "-lc"}, Arity::none, "", {}, into_true(&bleu.lowercase), "ignore case"});
  parser.add({{"--force"},
              Arity::none,
              "",
              {},
              into_true(&request.force),
              "no warning about text that looks tokenized"});
}

void add_chrf_options(ArgumentParser& parser, metrics::ChrfOptions& chrf) {
  parser.group("chrF");
  parser.add({{"--chrf-char-order", "-cc"},
              Arity::one,
              "N",
              {},
              into_small_int(&chrf.char_order),
              "longest character n-gram (default 6)"});
  parser.add({{"--chrf-word-order", "-cw"},
              Arity::one,
              "N",
              {},
              into_small_int(&chrf.word_order),
              "longest word n-gram; 2 is chrF++ (default 0)"});
  parser.add({{"--chrf-beta"},
              Arity::one,
              "N",
              {},
              into_small_int(&chrf.beta),
              "weight of recall against precision (default 2)"});
  parser.add({{"--chrf-whitespace"},
              Arity::none,
              "",
              {},
              into_true(&chrf.whitespace),
              "white space is part of n-grams"});
  parser.add(
      {{"--chrf-lowercase"}, Arity::none, "", {}, into_true(&chrf.lowercase), "ignore case"});
  parser.add({{"--chrf-eps-smoothing"},
              Arity::none,
              "",
              {},
              into_true(&chrf.eps_smoothing),
              "smooth as chrF++.py, NLTK and Moses do"});
}

void add_ter_options(ArgumentParser& parser, metrics::TerOptions& ter) {
  parser.group("TER");
  parser.add(
      {{"--ter-case-sensitive"}, Arity::none, "", {}, into_true(&ter.case_sensitive), "keep case"});
  parser.add({{"--ter-asian-support"},
              Arity::none,
              "",
              {},
              into_true(&ter.asian_support),
              "with one of the next two: Asian characters too"});
  parser.add(
      {{"--ter-no-punct"}, Arity::none, "", {}, into_true(&ter.no_punct), "drop punctuation"});
  parser.add({{"--ter-normalized"},
              Arity::none,
              "",
              {},
              into_true(&ter.normalized),
              "separate punctuation"});
}

void add_test_options(ArgumentParser& parser, ScoreRequest& request, ScoreChoices& choices) {
  parser.group("Confidence and significance");
  parser.add({{"--confidence", "-ci"},
              Arity::none,
              "",
              {},
              into_true(&request.confidence),
              "95 % confidence interval by bootstrap resampling, one system"});
  parser.add({{"--confidence-n", "-cin"},
              Arity::one,
              "N",
              {},
              into_int(&request.confidence_resamples),
              "resamples for it (default 1000)"});
  parser.add({{"--paired-ar", "-par"},
              Arity::none,
              "",
              {},
              into_true(&choices.paired_randomization),
              "paired approximate randomization of every system against the first"});
  parser.add({{"--paired-bs", "-pbs"},
              Arity::none,
              "",
              {},
              into_true(&choices.paired_bootstrap),
              "paired bootstrap resampling of every system against the first"});
  parser.add({{"--paired-ar-n", "-parn"},
              Arity::one,
              "N",
              {},
              into_int(&request.randomization_trials),
              "trials of -par (default 10000)"});
  parser.add({{"--paired-bs-n", "-pbsn"},
              Arity::one,
              "N",
              {},
              into_int(&request.paired_resamples),
              "resamples of -pbs (default 1000)"});
  parser.add({{"--paired-jobs", "-j"},
              Arity::one,
              "N",
              {},
              into_int(&request.paired_jobs),
              "accepted for compatibility; changes nothing"});
}

void add_own_options(ArgumentParser& parser, ScoreRequest& request) {
  parser.group("Beyond sacreBLEU");
  parser.add({{"--nmt-threads"},
              Arity::one,
              "N",
              {},
              into_int(&request.threads),
              "threads that count and resample; changes no output (default: cores)"});
  parser.add(
      {{"--nmt-paired-json"},
       Arity::none,
       "",
       {},
       into_true(&request.paired_json),
       "paired tests as one JSON object with numbers: test, samples, seed, scores, p-values"});
}

void add_output_options(ArgumentParser& parser, ScoreRequest& request) {
  parser.group("Output");
  parser.add({{"--quiet", "-q"},
              Arity::none,
              "",
              {},
              into_true(&request.quiet),
              "errors and warnings only"});
  parser.add({{"--short", "-sh"},
              Arity::none,
              "",
              {},
              into_true(&request.short_signature),
              "short names in the signature"});
  parser.add({{"--score-only", "-b"},
              Arity::none,
              "",
              {},
              into_true(&request.score_only),
              "the number alone"});
  parser.add(
      {{"--width", "-w"}, Arity::one, "N", {}, into_int(&request.width), "decimals (default 1)"});
  parser.add({{"--detail", "-d"},
              Arity::none,
              "",
              {},
              into_true(&request.detail),
              "text format, and scores by origin of a built-in test set"});
  parser.add(
      {{"--no-color", "-nc"}, Arity::none, "", {}, into_true(&request.no_color), "no colours"});
  parser.add({{"--format", "-f"},
              Arity::one,
              "NAME",
              {"json", "text", "latex"},
              into_format(&request.format),
              "output format (default json)"});
}

void add_test_set_options(ArgumentParser& parser, ScoreRequest& request) {
  parser.group("sacreBLEU's test sets, from its cache folder; nothing is downloaded");
  parser.add({{"--citation", "--cite"},
              Arity::none,
              "",
              {},
              into_true(&request.citation),
              "refused: only sacreBLEU has the citations"});
  parser.add({{"--list"},
              Arity::none,
              "",
              {},
              into_true(&request.list),
              "list the test sets; with -l those of a pair, with -t the fields of a set"});
  parser.add({{"--test-set", "-t"},
              Arity::one,
              "NAME,...",
              {},
              into_optional(&request.test_set),
              "score against a test set, or several as one"});
  parser.add({{"--language-pair", "-l"},
              Arity::one,
              "SRC-TGT",
              {},
              into_optional(&request.language_pair),
              "languages; without -t it only chooses the tokenizer"});
  parser.add({{"--origlang", "-ol"},
              Arity::one,
              "LANG",
              {},
              into_optional(&request.origin_language),
              "segments written in this language, or, as non-LANG, in any other"});
  parser.add({{"--subset"},
              Arity::one,
              "REGEX",
              {},
              into_optional(&request.subset),
              "segments of documents whose topic fits"});
  parser.add({{"--download"},
              Arity::one,
              "NAME",
              {},
              into_optional(&request.download),
              "refused unless the files are there: nothing is downloaded"});
  parser.add({{"--echo"},
              Arity::one_or_more,
              "FIELD",
              {},
              into_texts(&request.echo),
              "print fields of the test set: src, ref, docid, ...; or all"});
}

void add_information_options(ArgumentParser& parser) {
  parser.group("Information");
  parser.add({{"--help", "-h"},
              Arity::none,
              "",
              {},
              [&parser](const Values&) { throw cli::InformationRequest{parser.help()}; },
              "this page"});
  parser.add({{"--version", "-V"},
              Arity::none,
              "",
              {},
              [](const Values&) {
                throw cli::InformationRequest{concatenate("nmt-score ", cli::version(),
                                                          ", numbers of sacreBLEU ",
                                                          metrics::kSacrebleuVersion, "\n")};
              },
              "name and version"});
}

}  // namespace

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

OutputFormat format_named(const std::string& name) {
  if (name == "json") return OutputFormat::json;
  return name == "text" ? OutputFormat::text : OutputFormat::latex;
}

}  // namespace nmt::sacrebleu
