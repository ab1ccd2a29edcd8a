// The cells of a sweep as lines of text, one a cell; and how many stand how.

#pragma once

#include <string>
#include <vector>

#include "nmt/sweep/cell_run.h"

namespace nmt::sweep {

/// A heading and at most `most_rows` rows. DV is how many of the runs that differ in the seed alone
/// diverged or did not learn, of those of which that is known so far. If there are more cells,
/// those count that run, then those that ended last in the study's order, then those to come; a
/// last line says how many are left out.
std::vector<std::string> table_lines(const std::vector<CellRun>& runs, size_t most_rows);

/// "3 of 12 have a result: 2 done, 1 diverged; DV 1/3; 2 running, 7 queued".
std::string count_line(const std::vector<CellRun>& runs);

/// One cell in one line: "preln-6L/lr0.002-seed1: done, update 500, nll 0.412, BLEU 93.2".
std::string cell_line(const CellRun& run);

/// Work that is still to be done, in expected_work()'s measure.
double remaining_work(const std::vector<CellRun>& runs);

}  // namespace nmt::sweep
