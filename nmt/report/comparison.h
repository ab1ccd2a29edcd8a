// Comparison: runs put together by architecture, learning rate and settings, with figures over
// seeds.

#pragma once

#include <string>
#include <vector>

#include "nmt/report/run_facts.h"
#include "nmt/report/run_label.h"

namespace nmt::report {

/// Mean and sample standard deviation over the runs that have a value.
struct Spread {
  double mean = kNoValue;
  double deviation = kNoValue;  ///< NaN below two values.
  size_t count = 0;
};

/// NaN among `values` stands for a run without one and is left out.
Spread spread(const std::vector<double>& values);

/// A run and the facts about it.
struct ComparedRun {
  const Run* run;
  RunFacts facts;
};

struct ComparisonRow {
  RunGroup group;
  std::vector<ComparedRun> runs;
  size_t finished = 0;  ///< Runs that ended with none of what the next line counts.
  size_t collapsed = 0, diverged = 0, did_not_learn = 0, plateau = 0, unfinished = 0;
  size_t did_not_train = 0, judged = 0;  ///< DV: diverged or did not learn, among those judged.
  Spread best_bleu, best_valid_nll, final_nll, tokens_per_second;
  double peak_mib = kNoValue;                          ///< The largest of the runs.
  Extreme lowest;                                      ///< The lowest of the runs.
  int64_t collapse_update = 0, divergence_update = 0;  ///< The earliest; 0: none.
  Spread updates_to_nll, updates_to_bleu;  ///< Over the runs that reached the threshold.

  std::string seeds() const;    ///< "1, 2, 3".
  std::string outcome() const;  ///< "diverged 2 of 3, collapsed 3 of 3"; one run: "diverged".
};

/// Validation scores that a run may reach. 0: the best value of any run plus half a nat, and half
/// of the best BLEU.
struct Thresholds {
  double nll = 0, bleu = 0;
};

struct Comparison {
  std::vector<ComparisonRow> rows;
  Thresholds thresholds;  ///< As used; NaN where no run has such a score.
};

/// The comparison of `runs`, which label_runs() has put in order; it points into them.
Comparison compare_runs(const std::vector<Run>& runs, Thresholds thresholds);

}  // namespace nmt::report
