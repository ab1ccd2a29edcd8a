// ScoreInput: the texts that a ScoreRequest names, or the test sets that it names, read and
// checked.
//
// Files: lines end at LF alone. Standard input: also at CR and CRLF; systems are separated by tabs,
// and the first line says how many there are. White space at the end of every line is dropped.

#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "nmt/sacrebleu/command/score_request.h"

namespace nmt::sacrebleu {

/// A line with another number of tab-separated fields than it should have: exit status 17.
struct FieldCountError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct System {
  std::string name;  ///< As printed.
  std::string path;  ///< For messages.
  std::vector<std::string> segments;
};

struct ScoreInput {
  metrics::ReferenceStreams references;
  std::vector<std::string> reference_names;  ///< Of each stream, for messages.
  std::vector<System> systems;

  /// Those segments of all texts for which `segments` is true; what has no counterpart there is
  /// left out.
  ScoreInput chosen(const std::vector<bool>& segments) const;
};

/// Reads all texts of a request that passed request_checks.h. Adds what is worth knowing to
/// `notes`. Throws InputError (a file that cannot be read, text not in its encoding, a combination
/// that is refused), FieldCountError.
ScoreInput read_score_input(const ScoreRequest& request, std::vector<std::string>& notes);

/// What --origlang and --subset choose of `whole`; none if neither is given. Throws InputError
/// without a test set, and as SegmentFilter.
std::optional<ScoreInput> chosen_input(const ScoreRequest& request, const ScoreInput& whole);

/// Throws InputError if a system has no segment or another number than a reference.
void check_lengths(const ScoreRequest& request, const ScoreInput& input);

}  // namespace nmt::sacrebleu
