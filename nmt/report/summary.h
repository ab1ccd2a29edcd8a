// The summary at the head of a report: what happened, in sentences made from the facts.
//
// The sentences give orders in time and figures before an event. They never say that one thing made
// another: low attention entropy and instability are related, not the same.

#pragma once

#include <string>
#include <vector>

#include "nmt/report/comparison.h"

namespace nmt::report {

struct GroupSummary {
  std::string heading;                 ///< "postln-18L, learning rate 0.0005, 3 runs".
  std::string outcome;                 ///< The worst of its runs, as in run_facts.h.
  std::vector<std::string> sentences;  ///< Plain text.
};

/// One for each row of `comparison`, in its order.
std::vector<GroupSummary> summary(const Comparison& comparison);

/// What is to be kept in mind when reading them.
std::string summary_caution();

/// The summaries as HTML; every text escaped.
std::string as_html(const std::vector<GroupSummary>& groups);

}  // namespace nmt::report
