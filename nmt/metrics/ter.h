// TER, translation edit rate: how many words must be inserted, deleted, replaced, and phrases
// moved, to turn the hypothesis into the reference.
//
//     TER = 100 · edits / average length of the references          (lower is better)
//
// Of several references the one with the fewest edits counts. Only empty references: 100 if there
// is anything to delete, else 0.
//
// Source: Snover et al., AMTA 2006. Every number is that of sacreBLEU 2.6.0 to the last bit.

#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "nmt/metrics/metric.h"
#include "nmt/metrics/tokenizers/tercom.h"

namespace nmt::metrics {

using TerOptions = TercomOptions;

/// Counts, one row a segment: edits, average length of the references. Errors as bleu_statistics().
StatisticsTable ter_statistics(std::span<const std::string> hypotheses,
                               std::span<const std::vector<std::string>> reference_streams,
                               const TerOptions& options = {});

/// The score of column sums of a table of ter_statistics().
NumpyNumber ter_from_sums(std::span<const double> sums,
                          Arithmetic arithmetic = Arithmetic::kPython);

/// One score for the whole corpus. Errors as bleu_statistics().
double corpus_ter(std::span<const std::string> hypotheses,
                  std::span<const std::vector<std::string>> reference_streams,
                  const TerOptions& options = {});

/// TER as a Metric. The streams must outlive it.
std::unique_ptr<Metric> make_ter(const TerOptions& options,
                                 std::span<const std::vector<std::string>> reference_streams);

}  // namespace nmt::metrics
