// Beam search over a batch of sentences.
//
// Every step feeds the live prefixes of all sentences to the model as one batch of rows, and every
// sentence's beam (sentence_beam.h: the rules of the search) takes its own rows' best next pieces.
// A prefix that leaves its beam leaves the batch with it, so that the rows get fewer as sentences
// finish. What a sentence gets does not depend on the others in the batch. Beam size 1 is greedy
// search.

#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "nmt/decode/sentence_beam.h"
#include "nmt/decode/step_model.h"

namespace nmt::decode {

struct BeamSearchOptions {
  int64_t beam_size = 5;        ///< k, live prefixes of a sentence; at least 1.
  int64_t n_best = 1;           ///< n, hypotheses returned; 1 to beam_size.
  double length_penalty = 1.0;  ///< α of log P / len^α.
  int64_t eos_id = 0;
  std::vector<int64_t> forbidden;  ///< Pieces never generated: padding and the like.
};

/// Translates all sentences of `model`. `max_lengths` [B] are the longest hypotheses allowed,
/// `</s>` counted, each at least 1. Returns for each sentence up to n hypotheses, best first: fewer
/// only if there are not n within the length limit, none only if the model gave no finite scores.
/// Throws UsageError if the options are out of range.
std::vector<std::vector<Hypothesis>> beam_search(StepModel& model,
                                                 std::span<const int64_t> max_lengths,
                                                 const BeamSearchOptions& options);

}  // namespace nmt::decode
