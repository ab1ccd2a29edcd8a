// Table and curves as CSV and JSON, for plots of one's own.

#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "nmt/report/comparison.h"

namespace nmt::report {

/// The table, a line for each group of runs; README.md names the columns. RFC 4180, lines end in
/// LF, an empty field where there is no value.
std::string table_csv(const Comparison& comparison);

/// Every record of every run, not down-sampled: run, kind (update or valid), update, tokens,
/// seconds, nll, bleu, gradient_norm, learning_rate, tokens_per_second.
std::string curves_csv(const std::vector<Run>& runs);

/// Both in one object, "table" and "runs", with the summary's sentences and the events of each run;
/// numbers that JSON lacks are the strings "inf" and "-inf", no value is null.
nlohmann::ordered_json as_json(const std::vector<Run>& runs, const Comparison& comparison);

/// The same as text; bytes of the logs that are no UTF-8 become U+FFFD.
std::string json_text(const std::vector<Run>& runs, const Comparison& comparison);

}  // namespace nmt::report
