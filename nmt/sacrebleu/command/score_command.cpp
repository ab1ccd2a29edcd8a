#include "nmt/sacrebleu/command/score_command.h"

#include <algorithm>
#include <numeric>

#include "data/text/error.h"
#include "data/text/unicode.h"
#include "nmt/metrics/paired_test.h"
#include "nmt/metrics/resampling.h"
#include "nmt/sacrebleu/command/origin_scores.h"
#include "nmt/sacrebleu/command/request_checks.h"
#include "nmt/sacrebleu/command/results_table.h"
#include "nmt/sacrebleu/command/score_input.h"
#include "nmt/sacrebleu/command/score_text.h"
#include "nmt/sacrebleu/command/test_set_answers.h"
#include "nmt/sacrebleu/python_number.h"

namespace nmt::sacrebleu {
namespace {

constexpr int64_t kDefaultTrials = 10000;
constexpr int64_t kDefaultResamples = 1000;
constexpr size_t kTokenizedLines = 100;

// The seed of SACREBLEU_SEED; none for "none".
std::optional<uint64_t> seed_of(const std::string& text) {
  if (text::lower_ascii(text) == "none") return std::nullopt;
  const std::optional<int64_t> seed = python_int(text);
  if (!seed || *seed < 0) {
    throw InputError("SACREBLEU_SEED is '", text, "'; need a number that is not negative, or none");
  }
  return static_cast<uint64_t>(*seed);
}

void warn_if_tokenized(const ScoreRequest& request, const System& system, ScoreOutput& output) {
  const auto& metrics = request.metrics;
  if (request.force || std::find(metrics.begin(), metrics.end(), "bleu") == metrics.end()) return;
  const auto& segments = system.segments;
  const size_t tokenized = std::count_if(segments.begin(), segments.end(),
                                         [](const auto& line) { return line.ends_with(" ."); });
  if (tokenized < kTokenizedLines) return;
  output.warnings.push_back(concatenate(
      system.path, ": ", tokenized,
      " lines end in a tokenized full stop; text that is not detokenized scores wrongly (--force "
      "silences this)"));
}

void warn_about_tokenizer(const ScoreRequest& request, ScoreOutput& output) {
  const auto& metrics = request.metrics;
  if (request.settings.bleu.tokenize != "spm" ||
      std::find(metrics.begin(), metrics.end(), "bleu") == metrics.end()) {
    return;
  }
  output.warnings.push_back("tokenizer 'spm' is now called 'flores101'");
}

// One request being answered.
class Scoring {
 public:
  Scoring(const ScoreRequest& request, const ScoreInput& input, const Palette& palette)
      : request_(request), input_(input), palette_(palette) {
    for (const std::string& name : request.metrics) {
      metrics_.push_back(metrics::make_metric(name, request.settings, input.references));
    }
  }

  std::string one_system() const;
  std::string each_segment() const;
  std::string several_systems() const;

 private:
  // The metrics in the order in which scores are printed.
  std::vector<const metrics::Metric*> in_print_order() const;
  std::vector<const metrics::Metric*> as_asked() const;
  PrintedScore printed_score(const metrics::Metric& metric,
                             const metrics::StatisticsTable& table) const;
  std::vector<metrics::MeanAndInterval> intervals(
      std::span<const metrics::Metric* const> metrics,
      std::span<const metrics::StatisticsTable> tables) const;
  metrics::StatisticsTable statistics(const metrics::Metric& metric, const System& system) const {
    return metric.statistics(system.segments, request_.threads);
  }
  SystemResults plain_results() const;
  SystemResults tested_results() const;

  bool wants_intervals() const { return request_.confidence && request_.confidence_resamples > 1; }
  metrics::EvaluationFacts facts() const { return {.reference_count = input_.references.size()}; }
  std::string signature(const metrics::Metric& metric, const metrics::EvaluationFacts& facts,
                        bool short_names) const {
    return metrics::format_signature(facts, metric.signature_parts(), short_names);
  }
  std::vector<std::string> system_names() const {
    std::vector<std::string> names;
    for (const System& system : input_.systems) names.push_back(system.name);
    return names;
  }

  const ScoreRequest& request_;
  const ScoreInput& input_;
  Palette palette_;
  std::vector<std::unique_ptr<metrics::Metric>> metrics_;
};

std::vector<const metrics::Metric*> Scoring::as_asked() const {
  std::vector<const metrics::Metric*> metrics;
  for (const auto& metric : metrics_) metrics.push_back(metric.get());
  return metrics;
}

std::vector<const metrics::Metric*> Scoring::in_print_order() const {
  std::vector<size_t> order(metrics_.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(),
            [&](size_t a, size_t b) { return request_.metrics[a] < request_.metrics[b]; });
  std::vector<const metrics::Metric*> metrics;
  for (const size_t index : order) metrics.push_back(metrics_[index].get());
  return metrics;
}

PrintedScore Scoring::printed_score(const metrics::Metric& metric,
                                    const metrics::StatisticsTable& table) const {
  const std::vector<double> sums = table.sums();
  PrintedScore score{.name = metric.name(),
                     .score = metric.score(sums, metrics::Arithmetic::kPython).value(),
                     .details = metric.details(sums)};
  metrics::EvaluationFacts facts = this->facts();
  if (wants_intervals()) {
    facts.bootstrap_resamples = request_.confidence_resamples;
    facts.seed = text::lower_ascii(request_.seed);
  }
  const bool short_names = request_.short_signature && request_.format != OutputFormat::kJson;
  score.signature = signature(metric, facts, short_names);
  return score;
}

std::vector<metrics::MeanAndInterval> Scoring::intervals(
    std::span<const metrics::Metric* const> metrics,
    std::span<const metrics::StatisticsTable> tables) const {
  std::vector<const metrics::StatisticsTable*> pointers;
  for (const metrics::StatisticsTable& table : tables) pointers.push_back(&table);
  const std::optional<uint64_t> seed = seed_of(request_.seed);
  std::vector<metrics::MeanAndInterval> intervals;
  for (const metrics::ScoreArray& scores :
       metrics::bootstrap_scores(metrics, pointers, request_.confidence_resamples,
                                 seed ? *seed : metrics::entropy_seed(), request_.threads)) {
    intervals.push_back(metrics::confidence_interval(scores));
  }
  return intervals;
}

std::string Scoring::one_system() const {
  const bool json = request_.format == OutputFormat::kJson;
  const std::vector<const metrics::Metric*> metrics = in_print_order();
  std::vector<metrics::StatisticsTable> tables;
  for (const metrics::Metric* metric : metrics)
    tables.push_back(statistics(*metric, input_.systems[0]));
  std::vector<metrics::MeanAndInterval> intervals;
  if (wants_intervals()) intervals = this->intervals(metrics, tables);
  std::vector<std::string> scores;
  for (size_t m = 0; m < metrics.size(); ++m) {
    PrintedScore score = printed_score(*metrics[m], tables[m]);
    if (wants_intervals()) score.interval = intervals[m];
    scores.push_back(request_.score_only ? number_text(score, request_.width)
                     : json              ? score_json(score, request_.width)
                                         : score_line(score, request_.width));
  }
  return json ? joined_json(scores) : aligned_lines(scores, palette_);
}

std::string Scoring::each_segment() const {
  const metrics::Metric& metric = *metrics_.front();
  const metrics::StatisticsTable table = statistics(metric, input_.systems.front());
  PrintedScore score{.name = metric.name(),
                     .signature = signature(metric, facts(), request_.short_signature)};
  std::string text;
  for (size_t i = 0; i < table.rows(); ++i) {
    score.score = metric.score(table.row(i), metrics::Arithmetic::kPython).value();
    score.details = request_.score_only ? "" : metric.details(table.row(i));
    text += request_.score_only ? number_text(score, request_.width)
                                : score_line(score, request_.width);
    text += '\n';
  }
  return text;
}

SystemResults Scoring::plain_results() const {
  SystemResults results{.systems = system_names()};
  for (const metrics::Metric* metric : in_print_order()) {
    ResultColumn column{metric->name(), signature(*metric, facts(), request_.short_signature), {}};
    for (const System& system : input_.systems) {
      const std::vector<double> sums = statistics(*metric, system).sums();
      column.results.push_back(
          {.score = metric->score(sums, metrics::Arithmetic::kPython).value()});
    }
    results.columns.push_back(std::move(column));
  }
  return results;
}

SystemResults Scoring::tested_results() const {
  if (request_.paired_jobs < 0)
    throw InputError("--paired-jobs ", request_.paired_jobs, ": need 0 or more");
  const std::vector<const metrics::Metric*> metrics = as_asked();
  std::vector<std::vector<metrics::StatisticsTable>> tables;
  for (const metrics::Metric* metric : metrics) {
    tables.emplace_back();
    for (const System& system : input_.systems) {
      tables.back().push_back(statistics(*metric, system));
    }
  }
  const std::optional<uint64_t> seed = seed_of(request_.seed);
  const bool bootstrap = request_.paired_test == PairedTest::kBootstrap;
  int64_t samples = bootstrap ? request_.paired_resamples : request_.randomization_trials;
  if (samples <= 0) samples = bootstrap ? kDefaultResamples : kDefaultTrials;
  const auto tested =
      bootstrap ? metrics::paired_bootstrap(metrics, tables, samples, seed, request_.threads)
                : metrics::paired_randomization(metrics, tables, samples, seed, request_.threads);

  metrics::EvaluationFacts facts = this->facts();
  (bootstrap ? facts.bootstrap_resamples : facts.randomization_trials) = samples;
  facts.seed = seed ? std::to_string(*seed) : "none";
  SystemResults results{.systems = system_names(), .samples = samples, .seed = *facts.seed};
  for (size_t m = 0; m < metrics.size(); ++m) {
    results.columns.push_back(
        {metrics[m]->name(), signature(*metrics[m], facts, request_.short_signature), tested[m]});
  }
  return results;
}

std::string Scoring::several_systems() const {
  const bool paired = request_.paired_test != PairedTest::kNone;
  if (input_.systems.empty() && request_.format != OutputFormat::kJson) {
    throw InputError("-i names no hypothesis file, so there is no table to print");
  }
  return results_text(paired ? tested_results() : plain_results(), request_, palette_);
}

void score(ScoreRequest request, bool terminal, ScoreOutput& output) {
  const ScoreInput whole = read_score_input(request, output.notes);
  const std::optional<ScoreInput> part = chosen_input(request, whole);
  const ScoreInput& input = part ? *part : whole;
  check_lengths(request, input);
  for (const System& system : input.systems) warn_if_tokenized(request, system, output);
  warn_about_tokenizer(request, output);
  if (request.detail && request.format == OutputFormat::kJson && !request.sentence_level) {
    request.format = OutputFormat::kText;
  }
  const Palette palette{.enabled = terminal && !request.no_color};
  const Scoring scoring(request, input, palette);
  if (request.sentence_level) {
    output.text = scoring.each_segment();
  } else if (input.systems.size() == 1) {
    output.text = scoring.one_system();
    if (request.detail) output.text += origin_scores(request, whole, palette);
  } else {
    output.text = scoring.several_systems();
  }
}

}  // namespace

void score_command(ScoreRequest request, bool terminal, ScoreOutput& output) {
  if (request.download && !request.download->empty()) {
    return answer_download(request, output.notes);
  }
  if (request.list) return list_test_sets(request, output.text);
  check_metrics(request);
  if (request.citation) answer_citation(request);
  check_sources(request);
  if (!request.echo.empty()) return echo_test_sets(request, output.text);
  settle_metrics(request);
  if (request.test_set && request.settings.bleu.tokenize == "none") {
    output.warnings.push_back(
        "-tok none: scores against a test set compare with others only if BLEU tokenizes");
  }
  score(std::move(request), terminal, output);
}

}  // namespace nmt::sacrebleu
