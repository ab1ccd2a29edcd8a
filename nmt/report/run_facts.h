// What happened in a run: the facts behind its row in the table and its sentences.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "nmt/report/run.h"

namespace nmt::report {

/// Above this relative entropy attention is nearly uniform.
inline constexpr double kUniformEntropy = 0.95;

/// An entropy collapse as the stability rules found it.
struct Collapse {
  layers::AttentionKind kind = layers::AttentionKind::kEncoderSelf;
  int64_t layer = 0, update = 0;  ///< Layer from 1; the first of the low updates.
  std::string loss;               ///< What it did meanwhile: "falls", "low", "stands"; or empty.
};

/// How much a value grew until an event: at the first record and at the last one before it.
struct Growth {
  std::string what;  ///< Name of the matrix, or of the attention layer.
  double first = kNoValue, before = kNoValue;
  int64_t update = 0;  ///< Of `before`: where its block of records ends.
};

struct Divergence {
  int64_t update = 0;
  std::string cause;    ///< "non_finite_loss", "loss_rise" ...: nmt/run_log/divergence_rule.h.
  Extreme lowest_head;  ///< At `update`, as the log says; layer 0: not logged.
};

struct RunFacts {
  std::vector<Collapse> collapses;  ///< Ordered by update.
  Extreme first_low_head;           ///< In the first collapse's layer; head 0: none in the log.
  std::optional<Divergence> divergence;
  int64_t plateau_update = 0, spikes = 0;  ///< Where the last one began, and a count; 0: none.
  bool plateau = false;                    ///< Whether the run, as far as it went, ends on one.
  /// Whether it knows more than piece frequencies, which give `unigram_nll`; none: not judged.
  std::optional<bool> learnt;
  double unigram_nll = kNoValue;

  Extreme lowest;         ///< Lowest mean relative entropy of a layer; layer 0: none logged.
  Extreme largest_logit;  ///< Of any row.
  /// Until the first event, collapse or divergence: the largest logit of the layer where it began,
  /// and the effective spectral norm of the matrix that grew by the largest factor.
  std::optional<Growth> logit_growth, norm_growth;
  /// Kinds whose every layer ends with a relative entropy above kUniformEntropy.
  std::vector<layers::AttentionKind> uniform_kinds;

  double best_bleu = kNoValue, best_valid_nll = kNoValue;
  int64_t best_bleu_update = 0, best_valid_nll_update = 0;
  double final_nll = kNoValue;          ///< Training, mean of the last 10 that are numbers.
  double tokens_per_second = kNoValue;  ///< Median of the records.
  double peak_mib = kNoValue;
  int64_t last_update = 0;
  bool finished = false;  ///< Whether the run ended, and not by an interruption.
  std::string reason;

  /// Whether it is known if the run trained, and whether it diverged or did not learn (DV).
  bool judged() const { return divergence.has_value() || learnt.has_value(); }
  bool did_not_train() const { return divergence.has_value() || learnt == false; }
};

RunFacts run_facts(const Run& run);

/// "diverged", "collapsed", "did not learn", "plateau", "unfinished" or "finished", the first that
/// holds.
std::string outcome(const RunFacts& facts);

/// The same for a person: "diverged, collapsed" where a run did both, "collapsed, learnt" where it
/// learnt all the same.
std::string outcome_in_words(const RunFacts& facts);

/// The first update at which validation reached `nll` or less, or `bleu` or more; 0 if none did.
int64_t update_of_valid_nll(const Run& run, double nll);
int64_t update_of_bleu(const Run& run, double bleu);

}  // namespace nmt::report
