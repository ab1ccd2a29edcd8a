// chrF and chrF++: F-score over character n-grams, and for chrF++ word n-grams too.
//
//     F = (1 + β²) · P · R / (β² · P + R)
//
// P and R are the averages over all orders of n-gram precision and recall. By default orders that
// one side does not have are left out of the average ("effective order"). Scores run from 0 to 100.
//
// Source: Popović, WMT 2015 and WMT 2017. Every number is that of sacreBLEU 2.6.0 to the last bit.
//
//     make_chrf({}, reference_streams)                   // chrF2
//     make_chrf({.word_order = 2}, reference_streams)    // chrF2++

#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "nmt/metrics/metric.h"

namespace nmt::metrics {

struct ChrfOptions {
  int char_order = 6;       ///< Longest character n-gram.
  int word_order = 0;       ///< Longest word n-gram; 2 is chrF++.
  int beta = 2;             ///< How much more recall weighs than precision.
  bool lowercase = false;   ///< Whether case is ignored.
  bool whitespace = false;  ///< Whether white space is part of character n-grams.
  /// Whether an order that one side lacks counts with 1e-16 instead of being left out.
  bool eps_smoothing = false;
};

/// chrF as a Metric. The streams must outlive it. Throws InputError if there is no order.
std::unique_ptr<Metric> make_chrf(const ChrfOptions& options,
                                  std::span<const std::vector<std::string>> reference_streams);

}  // namespace nmt::metrics
