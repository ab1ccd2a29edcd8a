// How the scores of several systems are printed: a table, the explanation of the paired test, the
// signatures; or JSON.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "nmt/metrics/paired_test.h"
#include "nmt/sacrebleu/command/palette.h"
#include "nmt/sacrebleu/command/score_request.h"

namespace nmt::sacrebleu {

/// One metric's column.
struct ResultColumn {
  std::string name;  ///< "BLEU"
  std::string signature;
  std::vector<metrics::PairedResult> results;  ///< One a system.
};

struct SystemResults {
  std::vector<std::string> systems;  ///< Names as printed.
  std::vector<ResultColumn> columns;
  int64_t samples = 0;        ///< Of the paired test.
  std::string seed = "none";  ///< Of the paired test: a number or "none".
};

/// In the format that `request` asks for, with a final newline. JSON of our own
/// (request.paired_json) is one object: test, samples, seed, signatures by metric, and for each
/// system its name, whether it is the baseline, and for each metric score, p_value, mean,
/// half_width; what a test does not give is null.
std::string results_text(const SystemResults& results, const ScoreRequest& request,
                         const Palette& palette);

}  // namespace nmt::sacrebleu
