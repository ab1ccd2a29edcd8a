// What --detail adds to the scores of one system: a score for the documents written in each
// language, and within these for each of their topics.
//
//     origlang=de domain=ALL      : sentences=785    BLEU = 31.2
//     origlang=en country=US      : sentences=120    BLEU = 29.8

#pragma once

#include <string>

#include "nmt/sacrebleu/command/palette.h"
#include "nmt/sacrebleu/command/score_input.h"
#include "nmt/sacrebleu/command/score_request.h"

namespace nmt::sacrebleu {

/// Lines for the first system of `whole`, in which nothing is chosen yet; or one line that says
/// that there are none without a test set with marked documents. Throws InputError as
/// SegmentFilter, and if no line comes about: sacreBLEU takes --origlang for a list of one-letter
/// languages here.
std::string origin_scores(const ScoreRequest& request, const ScoreInput& whole,
                          const Palette& palette);

}  // namespace nmt::sacrebleu
