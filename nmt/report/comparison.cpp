#include "nmt/report/comparison.h"

#include <algorithm>
#include <cmath>

namespace nmt::report {
namespace {

template <class Value>
std::vector<double> values_of(const std::vector<ComparedRun>& runs, Value value) {
  std::vector<double> values;
  for (const ComparedRun& run : runs) values.push_back(value(run));
  return values;
}

double or_none(int64_t update) {
  return update == 0 ? kNoValue : static_cast<double>(update);
}

void count_outcome(const RunFacts& facts, ComparisonRow& row) {
  row.collapsed += facts.collapses.empty() ? 0 : 1;
  row.diverged += facts.divergence ? 1 : 0;
  row.plateau += facts.plateau ? 1 : 0;
  row.did_not_learn += facts.learnt == false ? 1 : 0;
  row.did_not_train += facts.did_not_train() ? 1 : 0;
  row.judged += facts.judged() ? 1 : 0;
  row.unfinished += facts.finished ? 0 : 1;
  row.finished += outcome(facts) == "finished" ? 1 : 0;
}

int64_t earlier(int64_t known, int64_t update) {
  return known == 0 ? update : std::min(known, update);
}

void take_extremes(const RunFacts& facts, ComparisonRow& row) {
  if (std::isnan(row.peak_mib) || facts.peak_mib > row.peak_mib) row.peak_mib = facts.peak_mib;
  if (facts.lowest.layer != 0 && (row.lowest.layer == 0 || facts.lowest.value < row.lowest.value)) {
    row.lowest = facts.lowest;
  }
  if (!facts.collapses.empty()) {
    row.collapse_update = earlier(row.collapse_update, facts.collapses.front().update);
  }
  if (facts.divergence) {
    row.divergence_update = earlier(row.divergence_update, facts.divergence->update);
  }
}

ComparisonRow make_row(const RunGroup& group) {
  ComparisonRow row{.group = group};
  for (const Run* run : group.runs) {
    row.runs.push_back({run, run_facts(*run)});
    count_outcome(row.runs.back().facts, row);
    take_extremes(row.runs.back().facts, row);
  }
  row.best_bleu = spread(values_of(row.runs, [](auto& r) { return r.facts.best_bleu; }));
  row.best_valid_nll = spread(values_of(row.runs, [](auto& r) { return r.facts.best_valid_nll; }));
  row.final_nll = spread(values_of(row.runs, [](auto& r) { return r.facts.final_nll; }));
  row.tokens_per_second =
      spread(values_of(row.runs, [](auto& r) { return r.facts.tokens_per_second; }));
  return row;
}

Thresholds completed(Thresholds thresholds, const std::vector<ComparisonRow>& rows) {
  double nll = kNoValue, bleu = kNoValue;
  for (const ComparisonRow& row : rows) {
    for (const ComparedRun& run : row.runs) {
      if (!(run.facts.best_valid_nll >= nll)) nll = run.facts.best_valid_nll;
      if (!(run.facts.best_bleu <= bleu)) bleu = run.facts.best_bleu;
    }
  }
  if (thresholds.nll == 0) thresholds.nll = nll + 0.5;
  if (thresholds.bleu == 0) thresholds.bleu = bleu / 2;
  return thresholds;
}

}  // namespace

Spread spread(const std::vector<double>& values) {
  Spread result;
  double sum = 0;
  for (const double value : values) {
    if (std::isnan(value)) continue;
    sum += value;
    ++result.count;
  }
  if (result.count == 0) return result;
  result.mean = sum / static_cast<double>(result.count);
  if (result.count < 2) return result;
  double squares = 0;
  for (const double value : values) {
    if (!std::isnan(value)) squares += (value - result.mean) * (value - result.mean);
  }
  result.deviation = std::sqrt(squares / static_cast<double>(result.count - 1));
  return result;
}

std::string ComparisonRow::seeds() const {
  std::string text;
  for (const ComparedRun& run : runs) text += (text.empty() ? "" : ", ") + run.run->seed();
  return text;
}

std::string ComparisonRow::outcome() const {
  if (runs.size() == 1) return outcome_in_words(runs[0].facts);
  std::string text;
  const auto add = [&](size_t count, const std::string& word) {
    if (count == 0) return;
    text += (text.empty() ? "" : ", ") + word + " " + std::to_string(count) + " of " +
            std::to_string(runs.size());
  };
  add(diverged, "diverged");
  add(collapsed, "collapsed");
  add(did_not_learn, "did not learn");
  add(plateau, "plateau");
  add(finished, "finished");
  add(unfinished, "unfinished");
  return text;
}

Comparison compare_runs(const std::vector<Run>& runs, Thresholds thresholds) {
  Comparison comparison;
  for (const RunGroup& group : group_runs(runs)) comparison.rows.push_back(make_row(group));
  comparison.thresholds = completed(thresholds, comparison.rows);
  for (ComparisonRow& row : comparison.rows) {
    row.updates_to_nll = spread(values_of(row.runs, [&](auto& r) {
      return or_none(update_of_valid_nll(*r.run, comparison.thresholds.nll));
    }));
    row.updates_to_bleu = spread(values_of(row.runs, [&](auto& r) {
      return or_none(update_of_bleu(*r.run, comparison.thresholds.bleu));
    }));
  }
  return comparison;
}

}  // namespace nmt::report
