// What lies in the folder of a cell, and what is to be done about it.

#pragma once

#include <string>
#include <vector>

#include "nmt/sweep/cell.h"
#include "nmt/sweep/run_status.h"

namespace nmt::sweep {

inline constexpr const char* kConsoleFile =
    "console.log";  ///< What a run printed; the sweep's mark.

enum class NextStep {
  kNothing,  ///< The run has a result.
  kStart,    ///< There is no folder, or an empty one.
  kRestart,  ///< A sweep began the run, which has no checkpoint: it starts anew, with --overwrite.
  kResume    ///< There is a checkpoint to go on from.
};

struct CellFolder {
  NextStep next = NextStep::kStart;
  RunStatus status;
  std::vector<std::string> changes;  ///< "d-model (was 64, now 32)": keys the run was not told so.
};

/// Looks at `folder`, the model folder of `cell`'s run. Of the settings, `changes` leaves out those
/// that decide nothing about the result: model-dir, log-every, track-attention, statistics-every,
/// matrices-every, threads, device and recompute; and, before there is a result, where text lies:
/// nmt-train knows it by its content. Settings in the words of an older program are compared by
/// what they mean. Throws InputError if the folder holds something that neither nmt-train nor a
/// sweep put there.
CellFolder look_at(const std::string& folder, const Cell& cell);

}  // namespace nmt::sweep
