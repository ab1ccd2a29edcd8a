#include "nmt/sweep/cell_run.h"

#include <algorithm>

#include "data/text/error.h"
#include "nmt/cli/format_text.h"
#include "nmt/cli/nearest_name.h"

namespace nmt::sweep {

std::string CellRun::state_name() const {
  switch (state) {
    case CellState::kQueued:
      return "queued";
    case CellState::kRunning:
    case CellState::kElsewhere:
      return "running";
    case CellState::kResult:
      return status.end_status == "ok" || status.end_status == "not_judged"
                 ? "done"
                 : cli::in_words(status.end_status);
    case CellState::kInterrupted:
      return "interrupted";
    case CellState::kNoResult:
      return "no result";
  }
  return "";
}

std::vector<CellRun> find_runs(const std::vector<Cell>& cells, const std::string& runs_folder,
                               bool ignore_changes) {
  std::vector<CellRun> runs;
  std::string changed;
  for (const Cell& cell : cells) {
    CellRun run{.cell = cell, .folder = runs_folder + "/" + cell.folder};
    CellFolder found = look_at(run.folder, cell);
    if (!found.changes.empty()) {
      changed += concatenate("\n  ", run.folder, ": ", cli::joined(found.changes));
    }
    run.next = found.next;
    run.status = std::move(found.status);
    if (run.next == NextStep::kNothing) run.state = CellState::kResult;
    runs.push_back(std::move(run));
  }
  if (!changed.empty() && !ignore_changes) {
    throw InputError(
        "these runs were made with other settings than the study has now:", changed,
        "\nname another folder with --runs, remove the runs, or count them as they are "
        "with --ignore-changes");
  }
  return runs;
}

bool all_have_results(const std::vector<CellRun>& runs) {
  return std::ranges::all_of(runs,
                             [](const CellRun& run) { return run.state == CellState::kResult; });
}

}  // namespace nmt::sweep
