// score_command: what nmt-score prints for a request, from reading the texts to the last newline.

#pragma once

#include <string>
#include <vector>

#include "nmt/sacrebleu/command/score_request.h"

namespace nmt::sacrebleu {

struct ScoreOutput {
  std::string text;                ///< For standard output.
  std::vector<std::string> notes;  ///< For standard error: what is worth knowing.
  std::vector<std::string> warnings;
};

/// Reads, scores and formats, or answers what is asked about test sets. `terminal`: whether
/// standard output is one, for colours. Throws InputError, FieldCountError as read_score_input(),
/// and InputError for what is refused; what is in `output` by then is to be printed before the
/// error.
void score_command(ScoreRequest request, bool terminal, ScoreOutput& output);

}  // namespace nmt::sacrebleu
