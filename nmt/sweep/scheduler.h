// Scheduler: runs the cells of a study as processes, as many at a time as fit.
//
// - Longest first: many layers, many pieces.
// - A run starts if the cores and the memory that the running ones leave are enough for it. What a
//   run needs is an upper bound at first, then the estimate in the first record of its log.
// - A process that ends without a result is started once more, from its checkpoint if it has one;
//   not after exit status 2, which is about its settings.
// - A folder in which another process trains, such as one that a killed sweep left behind, is
//   waited for, and counted among the running.

#pragma once

#include <atomic>
#include <map>
#include <string>
#include <vector>

#include "nmt/cli/child_process.h"
#include "nmt/sweep/cell_run.h"

namespace nmt::sweep {

struct SchedulerOptions {
  std::string nmt_train;  ///< Path of the program.
  int64_t jobs = 0;       ///< Processes at a time; 0: as many as `cores` hold.
  int64_t cores = 1;
  int64_t memory_bytes = 0;     ///< For all processes together; 0: no limit.
  double tick_seconds = 1.0;    ///< Between two looks at the logs.
  double sleep_seconds = 0.05;  ///< Between two looks at the processes.
};

/// Who watches a sweep. Every function does nothing by default.
class SweepObserver {
 public:
  virtual ~SweepObserver() = default;
  /// A process trains `run` from now on.
  virtual void on_start(const CellRun& run, const std::vector<CellRun>& all) {
    static_cast<void>(run), static_cast<void>(all);
  }
  /// The process of `run` has ended; its state says what became of it (kQueued: once more).
  virtual void on_end(const CellRun& run, const std::vector<CellRun>& all) {
    static_cast<void>(run), static_cast<void>(all);
  }
  /// Every `tick_seconds`: the statuses of the running have been read anew.
  virtual void on_tick(const std::vector<CellRun>& all) { static_cast<void>(all); }
};

class Scheduler {
 public:
  /// `observer` must outlive the scheduler.
  Scheduler(std::vector<CellRun> runs, SchedulerOptions options, SweepObserver& observer);

  /// Asks processes that still run to stop, and waits for them.
  ~Scheduler();
  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;

  /// Works until every cell has a result or none can be had. If `stop` becomes true, asks its
  /// processes to stop, waits for them and returns; what is trained elsewhere goes on. Throws
  /// InputError if a folder or process cannot be made; processes are then stopped.
  void run(const std::atomic<bool>& stop);

  const std::vector<CellRun>& runs() const { return runs_; }

 private:
  void start_what_fits();
  bool fits(const CellRun& run) const;
  void start(size_t index);
  void look_at_processes();
  void look_elsewhere();
  void settle(CellRun& run, const cli::ProcessEnd& end);
  void look_again(CellRun& run);
  void tick();
  void stop_all();
  bool busy() const;
  bool has(CellState state) const;

  std::vector<CellRun> runs_;
  SchedulerOptions options_;
  SweepObserver& observer_;
  std::map<size_t, cli::ChildProcess> processes_;  // By the index of their run.
  bool stopping_ = false;
};

/// Indices of `runs` in the order in which they are to start: by falling expected work.
std::vector<size_t> start_order(const std::vector<CellRun>& runs);

}  // namespace nmt::sweep
