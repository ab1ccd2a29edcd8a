#include "nmt/report/summary.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "nmt/report/number_text.h"
#include "nmt/run_log/stability_rules.h"

namespace nmt::report {
namespace {

std::string place_of(const Extreme& extreme) {
  std::string text = kind_in_words(extreme.kind) + ", layer " + std::to_string(extreme.layer);
  if (extreme.head != 0) text += ", head " + std::to_string(extreme.head);
  return text;
}

std::string at_update(int64_t update) {
  return "update " + grouped(update);
}

std::string listed(const std::vector<std::string>& words) {
  std::string text;
  for (size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 == words.size() ? " and " : ", ";
    text += words[i];
  }
  return text;
}

std::string whose(const ComparisonRow& row, const ComparedRun& run) {
  return row.runs.size() == 1 ? "" : "Seed " + run.run->seed() + ": ";
}

std::string capitalised(std::string text) {
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 32);
  return text;
}

std::string divergence_in_words(const Divergence& divergence) {
  if (divergence.cause == "non_finite_loss") return "the loss became non-finite";
  if (divergence.cause == "non_finite_gradient") return "the gradient became non-finite";
  if (divergence.cause == "ended_high") return "the loss rose and did not come back";
  return "the loss rose for good";
}

// What the loss did while the entropy was low; empty where the log does not say.
std::string course_in_words(const Collapse& collapse) {
  if (collapse.loss == "falls") return ", while the loss still fell";
  if (collapse.loss == "low") return ", in a model that had learnt";
  return collapse.loss == "stands" ? ", while the loss did not fall" : "";
}

// "120 updates before", "at the very update when", ...
std::string relation(int64_t first, int64_t second) {
  if (first == second) return "at the update at which";
  const auto apart = static_cast<size_t>(std::abs(second - first));
  return counted(apart, "update") + (first < second ? " before" : " after");
}

std::string collapse_sentence(const ComparisonRow& row, const ComparedRun& run) {
  const RunFacts& facts = run.facts;
  const Collapse& first = facts.collapses.front();
  std::string text = whose(row, run) + "entropy collapse of " + kind_in_words(first.kind) +
                     ", layer " + std::to_string(first.layer) + ", at " + at_update(first.update) +
                     course_in_words(first);
  if (facts.divergence) {
    text += ", " + relation(first.update, facts.divergence->update) + " " +
            divergence_in_words(*facts.divergence) + " (" + at_update(facts.divergence->update) +
            ")";
  } else {
    text += "; the loss did not diverge";
  }
  return text + ".";
}

std::string spread_sentence(const RunFacts& facts) {
  if (facts.collapses.size() < 2) return "";
  std::map<std::string, std::set<int64_t>> layers;
  for (const Collapse& collapse : facts.collapses) {
    layers[kind_in_words(collapse.kind)].insert(collapse.layer);
  }
  std::vector<std::string> words;
  for (const auto& [kind, found] : layers) {
    words.push_back(counted(found.size(), "layer") + " of " + kind);
  }
  return listed(words) + " collapsed in all, the last at " +
         at_update(facts.collapses.back().update) + ".";
}

std::string head_sentence(const RunFacts& facts) {
  if (facts.first_low_head.head == 0) return "";
  return "The first head of that layer to fall below a relative entropy of " +
         significant(run_log::kStabilityRules.collapse_relative) + " was head " +
         std::to_string(facts.first_low_head.head) + " (" + at_update(facts.first_low_head.update) +
         ").";
}

std::string growth_in_words(const Growth& growth) {
  if (std::abs(growth.before - growth.first) <= 0.1 * std::abs(growth.first)) {
    return "stayed near " + significant(growth.before);
  }
  return (growth.before > growth.first ? "risen from " : "fallen from ") +
         significant(growth.first) + " to " + significant(growth.before);
}

// Figures between the first record and the last one before the event.
std::string growth_sentence(const RunFacts& facts) {
  std::vector<std::string> parts;
  if (facts.logit_growth) {
    parts.push_back("the largest logit of that layer had " + growth_in_words(*facts.logit_growth));
  }
  if (facts.norm_growth) {
    parts.push_back("the spectral norm of " + facts.norm_growth->what + " had " +
                    growth_in_words(*facts.norm_growth) + ", the largest factor of any matrix");
  }
  if (parts.empty()) return "";
  const Growth& any = facts.logit_growth ? *facts.logit_growth : *facts.norm_growth;
  return "By " + at_update(any.update) + ", before that, " + listed(parts) + ".";
}

std::string divergence_sentence(const ComparisonRow& row, const ComparedRun& run) {
  const RunFacts& facts = run.facts;
  std::string text = whose(row, run) + divergence_in_words(*facts.divergence) + " at " +
                     at_update(facts.divergence->update) +
                     ", without an entropy collapse in the log";
  if (const Extreme& head = facts.divergence->lowest_head; head.layer != 0) {
    text +=
        "; the lowest head was then at " + significant(head.value) + " (" + place_of(head) + ")";
  }
  if (facts.lowest.layer != 0) {
    text += "; the lowest relative entropy of a layer was " + significant(facts.lowest.value) +
            " (" + place_of(facts.lowest) + ", " + at_update(facts.lowest.update) + ")";
  }
  return text + ".";
}

std::string uniform_sentence(const ComparisonRow& row, const ComparedRun& run) {
  if (run.facts.uniform_kinds.empty()) return "";
  std::vector<std::string> words;
  for (const auto kind : run.facts.uniform_kinds) words.push_back(kind_in_words(kind));
  return whose(row, run) + "at the end of the log " + listed(words) +
         " looked at all keys nearly alike: relative entropy above " +
         significant(kUniformEntropy) + " in every layer.";
}

// The runs of a row with neither collapse nor divergence, taken together.
std::string calm_sentence(const ComparisonRow& row) {
  Extreme lowest, largest;
  size_t calm = 0;
  for (const ComparedRun& run : row.runs) {
    if (!run.facts.collapses.empty() || run.facts.divergence) continue;
    ++calm;
    const Extreme& low = run.facts.lowest;
    const Extreme& high = run.facts.largest_logit;
    if (low.layer != 0 && (lowest.layer == 0 || low.value < lowest.value)) lowest = low;
    if (high.layer != 0 && (largest.layer == 0 || high.value > largest.value)) largest = high;
  }
  if (lowest.layer == 0) return "";
  std::string text =
      calm < row.runs.size() ? "Without either, " + counted(calm, "run") + ": l" : "L";
  text.append("owest relative entropy of a layer ").append(significant(lowest.value));
  text += " (" + place_of(lowest) + ", " + at_update(lowest.update) + ")";
  if (largest.layer != 0) {
    text += "; largest logit " + significant(largest.value) + " (" + place_of(largest) + ", " +
            at_update(largest.update) + ")";
  }
  return text + ".";
}

std::string unfinished_sentence(const ComparisonRow& row, const ComparedRun& run) {
  if (run.facts.finished) return "";
  return whose(row, run) + "unfinished: the log ends at " + at_update(run.facts.last_update) + ".";
}

std::string spikes_sentence(const ComparisonRow& row, const ComparedRun& run) {
  if (run.facts.spikes == 0) return "";
  return whose(row, run) + counted(static_cast<size_t>(run.facts.spikes), "loss spike") + ".";
}

std::string plateau_sentence(const ComparisonRow& row, const ComparedRun& run) {
  if (!run.facts.plateau) return "";
  std::string text = whose(row, run) + "plateau: the loss stopped falling";
  if (run.facts.plateau_update != 0) text += " from " + at_update(run.facts.plateau_update) + " on";
  return text + ".";
}

std::string learning_sentence(const ComparisonRow& row, const ComparedRun& run) {
  const RunFacts& facts = run.facts;
  if (!facts.learnt || (*facts.learnt && facts.collapses.empty())) return "";
  return whose(row, run) + (*facts.learnt ? "it learnt all the same" : "it did not learn") +
         ": piece frequencies alone give an nll of " + fixed(facts.unigram_nll, 3) + ".";
}

std::string join(const std::vector<std::string>& sentences) {
  std::string text;
  for (const std::string& sentence : sentences) {
    if (!sentence.empty()) text += (text.empty() ? "" : " ") + capitalised(sentence);
  }
  return text;
}

std::string run_sentences(const ComparisonRow& row, const ComparedRun& run) {
  const RunFacts& facts = run.facts;
  std::vector<std::string> sentences;
  if (!facts.collapses.empty()) {
    sentences = {collapse_sentence(row, run), spread_sentence(facts), head_sentence(facts),
                 growth_sentence(facts)};
  } else if (facts.divergence) {
    sentences = {divergence_sentence(row, run), growth_sentence(facts)};
  }
  sentences.push_back(learning_sentence(row, run));
  sentences.push_back(plateau_sentence(row, run));
  sentences.push_back(spikes_sentence(row, run));
  sentences.push_back(uniform_sentence(row, run));
  sentences.push_back(unfinished_sentence(row, run));
  return join(sentences);
}

const ComparedRun* best_run(const ComparisonRow& row) {
  const ComparedRun* best = nullptr;
  for (const ComparedRun& run : row.runs) {
    if (std::isnan(run.facts.best_valid_nll)) continue;
    if (best == nullptr || run.facts.best_valid_nll < best->facts.best_valid_nll) best = &run;
  }
  return best;
}

std::string outcome_sentence(const ComparisonRow& row) {
  std::string text = row.runs.size() == 1
                         ? "Outcome: " + row.outcome() + "."
                         : "Of " + counted(row.runs.size(), "run") + ": " + row.outcome() + ".";
  if (const ComparedRun* best = best_run(row)) {
    text += " Best validation nll " + fixed(best->facts.best_valid_nll, 3) + " at " +
            at_update(best->facts.best_valid_nll_update);
    if (row.runs.size() > 1) text += " (seed " + best->run->seed() + ")";
    if (!std::isnan(row.best_bleu.mean)) {
      double bleu = kNoValue;
      for (const ComparedRun& run : row.runs) {
        if (!(run.facts.best_bleu <= bleu)) bleu = run.facts.best_bleu;
      }
      text += ", best BLEU " + fixed(bleu, 1);
    }
    text += ".";
  }
  return text;
}

std::string heading(const ComparisonRow& row) {
  std::string text =
      row.group.architecture + ", learning rate " + significant(row.group.learning_rate, 4);
  if (!row.group.settings.empty()) text += ", " + row.group.settings;
  return row.runs.size() == 1 ? text : text + ", " + counted(row.runs.size(), "run");
}

std::string worst_outcome(const ComparisonRow& row) {
  if (row.diverged > 0) return "diverged";
  if (row.collapsed > 0) return "collapsed";
  if (row.did_not_learn > 0) return "did not learn";
  if (row.plateau > 0) return "plateau";
  return row.unfinished > 0 ? "unfinished" : "finished";
}

}  // namespace

std::vector<GroupSummary> summary(const Comparison& comparison) {
  std::vector<GroupSummary> groups;
  for (const ComparisonRow& row : comparison.rows) {
    GroupSummary group{heading(row), worst_outcome(row), {outcome_sentence(row)}};
    std::vector<std::string> calm = {calm_sentence(row)};
    for (const ComparedRun& run : row.runs) {
      const bool eventful = !run.facts.collapses.empty() || run.facts.divergence.has_value();
      std::string sentences = run_sentences(row, run);
      (eventful ? group.sentences : calm).push_back(std::move(sentences));
    }
    if (std::string text = join(calm); !text.empty()) group.sentences.push_back(std::move(text));
    groups.push_back(std::move(group));
  }
  return groups;
}

std::string summary_caution() {
  return "These are orders in time, not causes: low attention entropy and instability are related, "
         "not the same. Collapse and divergence are flagged by fixed rules, each by itself.";
}

std::string as_html(const std::vector<GroupSummary>& groups) {
  std::string html;
  for (const GroupSummary& group : groups) {
    html.append("<article data-outcome=\"").append(group.outcome).append("\"><h3>");
    html.append(html_escaped(group.heading)).append("</h3>");
    for (const std::string& sentence : group.sentences) {
      html.append("<p>").append(html_escaped(sentence)).append("</p>");
    }
    html.append("</article>\n");
  }
  return html;
}

}  // namespace nmt::report
