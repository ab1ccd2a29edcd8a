// What sacreBLEU refuses before it reads a text, in its order; and what follows from a request that
// it accepts.

#pragma once

#include "nmt/sacrebleu/command/score_request.h"

namespace nmt::sacrebleu {

/// Throws InputError if one score a segment is asked of several metrics.
void check_metrics(const ScoreRequest& request);

/// Throws InputError unless the request names what to score against: reference files, or test sets
/// that are known and have the language pair.
void check_sources(const ScoreRequest& request);

/// Drops repeated metrics, and chooses BLEU's tokenizer by the target language unless one is given.
/// Throws InputError for a language pair that is none.
void settle_metrics(ScoreRequest& request);

}  // namespace nmt::sacrebleu
