// What a person sees of a sweep while it runs: on a terminal one table, redrawn in place; elsewhere
// (a file, a pipe) a line when a run starts or ends, and a count now and then.

#pragma once

#include <functional>
#include <iosfwd>
#include <vector>

#include "nmt/cli/terminal.h"
#include "nmt/sweep/scheduler.h"

namespace nmt::sweep {

class LiveTable : public SweepObserver {
 public:
  /// Writes to `out`, which must outlive the table; `size` is asked before each drawing.
  LiveTable(std::ostream& out, std::function<cli::TerminalSize()> size);

  void on_start(const CellRun& run, const std::vector<CellRun>& all) override;
  void on_end(const CellRun& run, const std::vector<CellRun>& all) override;
  /// Counts as a second.
  void on_tick(const std::vector<CellRun>& all) override;

  /// Wipes the table off the terminal.
  void clear();

 private:
  void draw(const std::vector<CellRun>& all);
  std::string time_left(const std::vector<CellRun>& all) const;

  std::ostream& out_;
  std::function<cli::TerminalSize()> size_;
  size_t drawn_ = 0;  // Lines on the terminal.
  double ticks_ = 0.0;
  double work_at_start_ = 0.0;
};

class PlainLines : public SweepObserver {
 public:
  /// Writes to `out`, which must outlive this; a count every `ticks_between_counts` ticks.
  explicit PlainLines(std::ostream& out, int ticks_between_counts = 60);

  void on_start(const CellRun& run, const std::vector<CellRun>& all) override;
  void on_end(const CellRun& run, const std::vector<CellRun>& all) override;
  void on_tick(const std::vector<CellRun>& all) override;

 private:
  std::ostream& out_;
  int ticks_between_counts_;
  int ticks_ = 0;
};

}  // namespace nmt::sweep
