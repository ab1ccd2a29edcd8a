// CellRun: a cell, where its run lies and how it stands; what the scheduler and the tables share.

#pragma once

#include <string>
#include <vector>

#include "nmt/run_log/run_log.h"
#include "nmt/sweep/cell.h"
#include "nmt/sweep/cell_folder.h"
#include "nmt/sweep/run_status.h"

namespace nmt::sweep {

enum class CellState {
  kQueued,       ///< Not begun, or to be resumed.
  kRunning,      ///< A process of this sweep trains it.
  kElsewhere,    ///< A process that this sweep did not start trains it.
  kResult,       ///< It has a result, good or bad.
  kInterrupted,  ///< Stopped together with the sweep.
  kNoResult      ///< Its process ended without a result, twice or hopelessly.
};

struct CellRun {
  Cell cell;
  std::string folder;  ///< The model folder.
  NextStep next = NextStep::kStart;
  CellState state = CellState::kQueued;
  RunStatus status;
  int attempts = 0;     ///< Processes of this sweep.
  std::string problem;  ///< Why there is no result: "signal 9 (Killed)".

  /// Whether a process trains it, of this sweep or another.
  bool is_running() const { return state == CellState::kRunning || state == CellState::kElsewhere; }

  std::string log() const { return run_log::log_in(folder).string(); }
  std::string console() const { return folder + "/" + kConsoleFile; }

  /// "queued", "running", "done", "diverged", "collapsed", "did not learn", "interrupted",
  /// "no result" ... A run that ended too early to be judged on learning is done, too.
  std::string state_name() const;
};

/// The cells with the state of their folders below `runs_folder`. Throws InputError, naming every
/// folder whose run was told otherwise, with both values, unless `ignore_changes`; and as
/// look_at().
std::vector<CellRun> find_runs(const std::vector<Cell>& cells, const std::string& runs_folder,
                               bool ignore_changes);

/// Whether every cell has a result.
bool all_have_results(const std::vector<CellRun>& runs);

}  // namespace nmt::sweep
