#include "nmt/report/run_facts.h"

#include <algorithm>
#include <cmath>

#include "data/text/error.h"
#include "nmt/run_log/event_fields.h"
#include "nmt/run_log/keyed_json.h"

namespace nmt::report {
namespace {

constexpr size_t kLastRecords = 10;

void take_divergence(const run_log::EventRecord& event, RunFacts& facts) {
  const int64_t update = began(event);
  if (facts.divergence && update >= facts.divergence->update) return;
  const auto fields = run_log::record_of<run_log::DivergenceFields>(event.fields);
  facts.divergence = {update, fields.cause, {}};
  if (const auto& head = fields.lowest_head) {
    facts.divergence->lowest_head = {head->relative_entropy, head->kind, head->layer, head->head,
                                     update};
  }
}

void take_event(const run_log::EventRecord& event, RunFacts& facts) {
  if (event.kind == "collapse") {
    const auto fields = run_log::record_of<run_log::CollapseFields>(event.fields);
    facts.collapses.push_back({fields.kind, fields.layer, began(event), fields.loss.value_or("")});
  } else if (event.kind == "divergence") {
    take_divergence(event, facts);
  } else if (event.kind == "plateau") {
    facts.plateau = true;
    facts.plateau_update = began(event);
  } else if (event.kind == "spike") {
    ++facts.spikes;
  }
}

void take_events(const Run& run, RunFacts& facts) {
  for (const run_log::EventRecord& event : run.events) {
    try {
      take_event(event, facts);
    } catch (const InputError& error) {
      throw InputError(run.path, ": event \"", event.kind, "\" of update ", event.update, ": ",
                       error.what());
    }
  }
  std::ranges::stable_sort(facts.collapses, {}, &Collapse::update);
}

void take_validations(const Run& run, RunFacts& facts) {
  for (const run_log::ValidRecord& point : run.valids) {
    if (point.nll < facts.best_valid_nll || std::isnan(facts.best_valid_nll)) {
      facts.best_valid_nll = point.nll;
      facts.best_valid_nll_update = point.update;
    }
    const double bleu = point.bleu.value_or(kNoValue);
    if (bleu > facts.best_bleu || std::isnan(facts.best_bleu)) {
      facts.best_bleu = bleu;
      facts.best_bleu_update = point.update;
    }
  }
}

double final_nll(const Run& run) {
  double sum = 0;
  size_t count = 0;
  for (size_t i = run.updates.size(); i-- > 0 && count < kLastRecords;) {
    if (std::isnan(run.updates[i].nll)) continue;
    sum += run.updates[i].nll;
    ++count;
  }
  return count == 0 ? kNoValue : sum / static_cast<double>(count);
}

double median_speed(const Run& run) {
  std::vector<double> speeds;
  for (const run_log::UpdateRecord& point : run.updates) {
    if (std::isfinite(point.tokens_per_second)) speeds.push_back(point.tokens_per_second);
  }
  if (speeds.empty()) return kNoValue;
  const auto middle = speeds.begin() + static_cast<std::ptrdiff_t>(speeds.size() / 2);
  std::ranges::nth_element(speeds, middle);
  return *middle;
}

void take_attention(const Run& run, RunFacts& facts) {
  for (const AttentionHistory& history : run.attention) {
    const Extreme& low = history.lowest();
    if (low.layer != 0 && (facts.lowest.layer == 0 || low.value < facts.lowest.value)) {
      facts.lowest = low;
    }
    const Extreme& logit = history.largest();
    if (logit.layer != 0 &&
        (facts.largest_logit.layer == 0 || logit.value > facts.largest_logit.value)) {
      facts.largest_logit = logit;
    }
    if (history.layers() > 0 && history.last_lowest() > kUniformEntropy) {
      facts.uniform_kinds.push_back(history.kind());
    }
    if (!facts.collapses.empty() && facts.collapses.front().kind == history.kind()) {
      facts.first_low_head = history.first_low_head(facts.collapses.front().layer);
    }
  }
}

// The last block up to `block` in which `row` has a value; `block` if there is none.
size_t last_measured(const BlockMatrix& matrix, size_t row, size_t block) {
  for (size_t i = block + 1; i-- > 0;) {
    if (!std::isnan(matrix.at(row, i))) return i;
  }
  return block;
}

// The factor by which `row` of `matrix` grew until `block`; 0 where it cannot be said.
double growth_factor(const BlockMatrix& matrix, size_t row, size_t block) {
  const double first = matrix.at(row, 0);
  const double before = matrix.at(row, last_measured(matrix, row, block));
  return first > 0 && std::isfinite(before) ? before / first : 0;
}

Growth growth(std::string what, const BlockMatrix& matrix, size_t row, size_t block,
              const BlockClock& clock) {
  const size_t measured = last_measured(matrix, row, block);
  return {std::move(what), matrix.at(row, 0), matrix.at(row, measured),
          clock.last_update(measured)};
}

void take_growth(const Run& run, int64_t event, const Collapse* collapse, RunFacts& facts) {
  const size_t block = run.clock.block_until(event - 1);
  if (block == 0 || block >= run.clock.blocks()) return;
  for (const AttentionHistory& history : run.attention) {
    if (collapse == nullptr || history.kind() != collapse->kind) continue;
    const auto row = static_cast<size_t>(collapse->layer - 1);
    if (growth_factor(history.largest_logit, row, block) == 0) continue;
    facts.logit_growth =
        growth(kind_in_words(history.kind()), history.largest_logit, row, block, run.clock);
  }
  double largest = 1;
  const BlockMatrix& norms = run.matrices.effective_sigma;
  for (size_t row = 0; row < run.matrices.names().size(); ++row) {
    const double factor = growth_factor(norms, row, block);
    if (factor <= largest) continue;
    largest = factor;
    facts.norm_growth = growth(run.matrices.names()[row], norms, row, block, run.clock);
  }
}

// A run that gave up on updates that were not finite has diverged, even if its log is from before
// non-finite gradients were a cause.
void take_giving_up(const Run& run, RunFacts& facts) {
  if (facts.divergence || run.end->reason != "non-finite") return;
  const auto skipped = std::ranges::find(run.events, "non_finite", &run_log::EventRecord::kind);
  const int64_t update = skipped == run.events.end() ? run.last_update() : skipped->update;
  facts.divergence = {update, "non_finite_gradient", {}};
}

void take_end(const Run& run, RunFacts& facts) {
  facts.last_update = run.last_update();
  facts.unigram_nll = run.unigram_nll.value_or(kNoValue);
  facts.finished = run.end && run.end->reason != "interrupted";
  if (!run.end) return;
  facts.reason = run.end->reason;
  facts.peak_mib = run.end->peak_mib;
  facts.plateau = run.end->plateau;
  if (facts.finished) facts.learnt = run.end->learnt;
  take_giving_up(run, facts);
}

}  // namespace

RunFacts run_facts(const Run& run) {
  RunFacts facts;
  take_events(run, facts);
  take_validations(run, facts);
  take_attention(run, facts);
  take_end(run, facts);
  facts.final_nll = final_nll(run);
  facts.tokens_per_second = median_speed(run);
  const Collapse* collapse = facts.collapses.empty() ? nullptr : &facts.collapses.front();
  if (collapse != nullptr && (!facts.divergence || collapse->update <= facts.divergence->update)) {
    take_growth(run, collapse->update, collapse, facts);
  } else if (facts.divergence) {
    take_growth(run, facts.divergence->update, collapse, facts);
  }
  return facts;
}

std::string outcome(const RunFacts& facts) {
  if (facts.divergence) return "diverged";
  if (!facts.collapses.empty()) return "collapsed";
  if (facts.learnt == false) return "did not learn";
  if (facts.plateau) return "plateau";
  return facts.finished ? "finished" : "unfinished";
}

std::string outcome_in_words(const RunFacts& facts) {
  const std::string word = outcome(facts);
  if (word == "diverged" && !facts.collapses.empty()) return "diverged, collapsed";
  return word == "collapsed" && facts.learnt == true ? "collapsed, learnt" : word;
}

int64_t update_of_valid_nll(const Run& run, double nll) {
  const auto found = std::ranges::find_if(
      run.valids, [&](const run_log::ValidRecord& point) { return point.nll <= nll; });
  return found == run.valids.end() ? 0 : found->update;
}

int64_t update_of_bleu(const Run& run, double bleu) {
  const auto found = std::ranges::find_if(
      run.valids, [&](const run_log::ValidRecord& point) { return point.bleu >= bleu; });
  return found == run.valids.end() ? 0 : found->update;
}

}  // namespace nmt::report
