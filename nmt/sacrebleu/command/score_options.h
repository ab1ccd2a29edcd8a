// The options of nmt-score, declared for the parser; score_request makes a request of what they
// say.

#pragma once

#include <optional>
#include <string>

#include "nmt/sacrebleu/command/argument_parser.h"
#include "nmt/sacrebleu/command/score_request.h"

namespace nmt::sacrebleu {

/// What the options say besides the fields of a request.
struct ScoreChoices {
  bool paired_bootstrap = false;
  bool paired_randomization = false;
};

/// Declares every option; all three arguments must outlive the parsing.
void declare_score_options(ArgumentParser& parser, ScoreRequest& request, ScoreChoices& choices);

/// The format called "json", "text" or "latex".
OutputFormat format_named(const std::string& name);

}  // namespace nmt::sacrebleu
