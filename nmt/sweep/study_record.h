// study.json: which runs make a study, and how far they are, for reports and scripts.
//
//     {"program": "nmt-sweep 0.1.0", "study": "configs/studies/depth.study",
//      "runs": [{"folder": "preln-6L/lr0.002-seed1", "architecture": "preln-6L",
//                "learning_rate": 0.002, "seed": 1, "state": "done",
//                "arguments": ["--arch=preln-6L", ...]}]}
//
// learning_rate and seed are null where a run inherits them (branch-from, init-from).

#pragma once

#include <string>
#include <vector>

#include "nmt/sweep/cell_run.h"

namespace nmt::sweep {

inline constexpr const char* kStudyRecordFile = "study.json";

/// Replaces `runs_folder`/study.json. Throws InputError if it cannot be written; the old one stays.
void write_study_record(const std::string& runs_folder, const std::string& study_file,
                        const std::vector<CellRun>& runs);

}  // namespace nmt::sweep
