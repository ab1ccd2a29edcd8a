// What nmt-score prints about test sets instead of scoring: --list, --echo, --download, --citation.

#pragma once

#include <string>
#include <vector>

#include "nmt/sacrebleu/command/score_request.h"

namespace nmt::sacrebleu {

/// Adds the answer to --list to `text`: the test sets, those of a language pair, or the fields of
/// one test set. What is there when InputError is thrown (a pair that is none, an unknown set with
/// a pair, a released file that is missing) is to be printed, too.
void list_test_sets(const ScoreRequest& request, std::string& text);

/// Adds the fields that --echo names to `text`, a line a segment, separated by tabs; of the
/// segments that --origlang and --subset choose. Throws InputError for a field that is not there,
/// and as TestSetCache and SegmentFilter; test sets before that one are to be printed.
void echo_test_sets(const ScoreRequest& request, std::string& text);

/// Answers --download: adds a note if the files are in the cache already. Throws InputError, which
/// says how to get them, otherwise.
void answer_download(const ScoreRequest& request, std::vector<std::string>& notes);

/// Answers --citation by InputError, which says where citations are found.
[[noreturn]] void answer_citation(const ScoreRequest& request);

}  // namespace nmt::sacrebleu
