// How the scores of one system are printed: a line of text or a JSON object.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "nmt/metrics/resampling.h"
#include "nmt/sacrebleu/command/palette.h"

namespace nmt::sacrebleu {

/// A score and what goes with it.
struct PrintedScore {
  std::string name;  ///< "BLEU"
  double score = 0.0;
  std::string signature;                             ///< Parts "name:value" joined by "|".
  std::string details;                               ///< Behind the score; may be empty.
  std::optional<metrics::MeanAndInterval> interval;  ///< Printed if its mean is above 0.
};

/// "35.2", or "35.2 (μ = 35.1 ± 1.2)".
std::string number_text(const PrintedScore& score, int64_t width);

/// "BLEU|SIGNATURE = 35.2 (μ = ...) DETAILS".
std::string score_line(const PrintedScore& score, int64_t width);

/// The same as a JSON object: name, score, signature, interval, details, each part of the
/// signature.
std::string score_json(const PrintedScore& score, int64_t width);

/// Several JSON texts as an array; a single one as it is.
std::string joined_json(const std::vector<std::string>& objects);

/// Several score lines so that what stands before their first " =" ends in one column; with a final
/// newline.
std::string aligned_lines(std::vector<std::string> lines, const Palette& palette);

}  // namespace nmt::sacrebleu
