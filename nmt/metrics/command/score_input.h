// ScoreInput: the texts that a ScoreRequest names, read and checked.
//
// Files: lines end at LF alone. Standard input: also at CR and CRLF; systems are separated by tabs,
// and the first line says how many there are. White space at the end of every line is dropped.

#pragma once

#include <stdexcept>
#include <string>
#include <vector>

#include "nmt/metrics/command/score_request.h"

namespace nmt::metrics {

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
  ReferenceStreams references;
  std::vector<System> systems;
};

/// Reads all texts and checks them in sacreBLEU's order. Adds what is worth knowing to `notes`.
/// Throws InputError (a file that cannot be read, text not in its encoding, a combination that is
/// refused, texts of different lengths), FieldCountError.
ScoreInput read_score_input(const ScoreRequest& request, std::vector<std::string>& notes);

}  // namespace nmt::metrics
