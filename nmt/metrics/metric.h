// Metric: what BLEU, chrF and TER have in common, for programs and tests that take any of them.
//
// A metric is made with its references, which it prepares once, and then counts and scores as many
// systems as needed (metric_table.h makes one by name).

#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "nmt/metrics/numpy_number.h"
#include "nmt/metrics/signature.h"
#include "nmt/metrics/statistics_table.h"

namespace nmt::metrics {

/// reference_streams[k][i] is reference k of segment i.
using ReferenceStreams = std::vector<std::vector<std::string>>;

class Metric {
 public:
  virtual ~Metric() = default;

  /// As printed: "BLEU", "chrF2++", "TER".
  virtual std::string name() const = 0;

  /// What tells this metric's settings apart from others.
  virtual std::vector<SignaturePart> signature_parts() const = 0;

  /// Counts of `hypotheses` against the references: row i for segment i. Needs as many hypotheses
  /// as each reference stream has segments.
  virtual StatisticsTable statistics(std::span<const std::string> hypotheses) const = 0;

  /// The score of column sums of statistics().
  virtual NumpyNumber score(std::span<const double> sums, Arithmetic arithmetic) const = 0;

  /// What is printed behind the score; empty for most.
  virtual std::string details(std::span<const double> sums) const;
};

/// Throws InputError unless every stream has `segments` segments and there is a stream.
void check_reference_streams(size_t segments, std::span<const std::vector<std::string>> streams);

}  // namespace nmt::metrics
