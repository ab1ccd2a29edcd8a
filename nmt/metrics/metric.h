// Metric: what BLEU, chrF and TER have in common, for programs and tests that take any of them.
//
// A metric is made with its references, and then counts and scores as many systems as needed
// (metric_table.h makes one by name). Its own part is a SegmentCounter and a formula.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "nmt/metrics/numpy_number.h"
#include "nmt/metrics/signature.h"
#include "nmt/metrics/statistics_table.h"

namespace nmt::metrics {

/// reference_streams[k][i] is reference k of segment i.
using ReferenceStreams = std::vector<std::vector<std::string>>;

/// Counts one segment after the other. Has buffers of its own: one counter a thread.
class SegmentCounter {
 public:
  virtual ~SegmentCounter() = default;

  /// Fills `row` for a hypothesis and its references, of which there is at least one.
  virtual void count(std::string_view hypothesis, std::span<const std::string_view> references,
                     std::span<double> row) = 0;
};

class Metric {
 public:
  virtual ~Metric() = default;

  /// As printed: "BLEU", "chrF2++", "TER".
  virtual std::string name() const = 0;

  /// What tells this metric's settings apart from others.
  virtual std::vector<SignaturePart> signature_parts() const = 0;

  /// Counts of `hypotheses` against the references, by `threads` threads: row i for segment i.
  /// Throws InputError unless each reference stream has as many segments, and there is a stream.
  StatisticsTable statistics(std::span<const std::string> hypotheses, int64_t threads = 1) const;

  /// The score of column sums of statistics().
  virtual NumpyNumber score(std::span<const double> sums, Arithmetic arithmetic) const = 0;

  /// What is printed behind the score; empty for most.
  virtual std::string details(std::span<const double> sums) const;

 protected:
  /// The streams must outlive the metric, which reads them whenever it counts.
  explicit Metric(std::span<const std::vector<std::string>> reference_streams)
      : streams_(reference_streams) {}

 private:
  /// How many numbers a row has.
  virtual size_t columns() const = 0;
  virtual std::unique_ptr<SegmentCounter> make_counter() const = 0;

  std::span<const std::vector<std::string>> streams_;
};

}  // namespace nmt::metrics
