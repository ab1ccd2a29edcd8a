#include "nmt/sweep/sweep.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>
#include <thread>
#include <vector>

#include "data/text/error.h"
#include "data/text/output_file.h"
#include "nmt/cli/program.h"
#include "nmt/cli/shell_quote.h"
#include "nmt/cli/terminal.h"
#include "nmt/sweep/cell.h"
#include "nmt/sweep/cell_run.h"
#include "nmt/sweep/cell_table.h"
#include "nmt/sweep/scheduler.h"
#include "nmt/sweep/sweep_display.h"
#include "nmt/train/folder_lock.h"
#include "nmt/train/memory_estimate.h"

namespace nmt::sweep {
namespace {

constexpr double kBytesInGib = 1024.0 * 1024.0 * 1024.0;
constexpr double kShareOfMachine = 0.9;  // As nmt-train refuses to start above.

train::FolderLock locked(const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) throw InputError("--runs ", folder, ": cannot be made (", error.message(), ")");
  auto lock = train::FolderLock::try_lock(folder);
  if (!lock) {
    throw InputError("--runs ", folder,
                     ": another nmt-sweep works in it; wait for it or stop it, or name another "
                     "folder");
  }
  return std::move(*lock);
}

int64_t cores() {
  return std::max<int64_t>(1, std::thread::hardware_concurrency());
}

SchedulerOptions options_of(const SweepCommand& command) {
  const double machine = kShareOfMachine * static_cast<double>(train::machine_memory());
  const double bytes = command.memory_gib > 0.0 ? command.memory_gib * kBytesInGib : machine;
  return {.nmt_train = command.nmt_train,
          .jobs = command.jobs,
          .cores = cores(),
          .memory_bytes = static_cast<int64_t>(bytes)};
}

void print(std::ostream& out, const std::vector<std::string>& lines) {
  for (const std::string& line : lines) out << line << '\n';
}

std::string next_step_text(const CellRun& run) {
  constexpr const char* kTexts[] = {"", "start", "start again", "resume"};  // By NextStep.
  return run.next == NextStep::kNothing ? run.state_name() : kTexts[static_cast<size_t>(run.next)];
}

void print_plan(std::ostream& out, const std::vector<CellRun>& runs) {
  for (const size_t index : start_order(runs)) {
    const CellRun& run = runs[index];
    const double gib = static_cast<double>(memory_bound(run.cell.config)) / kBytesInGib;
    out << run.folder << ": " << next_step_text(run) << ", " << run.cell.config.threads
        << " threads, at most " << static_cast<int64_t>(100.0 * gib + 0.5) / 100.0 << " GiB\n";
  }
  out << count_line(runs) << '\n';
}

void print_summary(std::ostream& out, const SweepCommand& command,
                   const std::vector<CellRun>& runs) {
  print(out, table_lines(runs, runs.size()));
  for (const CellRun& run : runs) {
    if (run.state == CellState::kNoResult) out << cell_line(run) << '\n';
  }
  out << count_line(runs) << '\n';
  if (!all_have_results(runs)) out << "The same command goes on where this one ended.\n";
  out << "nmt-report " << cli::shell_quoted(command.runs) << " shows the runs beside each other.\n"
      << std::flush;
}

using Json = nlohmann::ordered_json;

// `value`, or null where the run inherits it: `text`, the study's word for it, is empty.
template <class T>
Json or_null(const std::string& text, T value) {
  return text.empty() ? Json(nullptr) : Json(value);
}

// study.json: which runs make a study, and how far they are, for reports and scripts.
//
//     {"program": "nmt-sweep 0.1.0", "study": "configs/studies/depth.study",
//      "runs": [{"folder": "preln-6L/lr0.002-seed1", "architecture": "preln-6L",
//                "learning_rate": 0.002, "seed": 1, "state": "done",
//                "arguments": ["--arch=preln-6L", ...]}]}
//
// learning_rate and seed are null where a run inherits them (branch-from, init-from).
//
// Throws InputError if it cannot be written; the old one stays.
void write_study_record(const std::string& runs_folder, const std::string& study_file,
                        const std::vector<CellRun>& runs) {
  Json list = Json::array();
  for (const CellRun& run : runs) {
    const config::TrainingConfig& config = run.cell.config;
    list.push_back(
        {{"folder", run.cell.folder},
         {"architecture", run.cell.architecture},
         {"learning_rate", or_null(run.cell.learning_rate, config.optimization.learning_rate)},
         {"seed", or_null(run.cell.seed, config.seed)},
         {"state", run.state_name()},
         {"arguments", run.cell.arguments}});
  }
  const Json record = {{"program", concatenate("nmt-sweep ", cli::version())},
                       {"study", study_file},
                       {"runs", std::move(list)}};
  const std::string text = record.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
  text::write_file(runs_folder + "/study.json", text);
}

// Keeps study.json up to date, and passes everything on.
class Recorder : public SweepObserver {
 public:
  Recorder(const SweepCommand& command, SweepObserver& display)
      : command_(command), display_(display) {}

  void on_start(const CellRun& run, const std::vector<CellRun>& all) override {
    display_.on_start(run, all);
  }
  void on_end(const CellRun& run, const std::vector<CellRun>& all) override {
    display_.on_end(run, all);
    write_study_record(command_.runs, command_.study_file, all);
  }
  void on_tick(const std::vector<CellRun>& all) override { display_.on_tick(all); }

 private:
  const SweepCommand& command_;
  SweepObserver& display_;
};

}  // namespace

bool run_sweep(const SweepCommand& command, std::ostream& out, int terminal,
               const std::atomic<bool>& stop) {
  const std::vector<Cell> cells = make_cells(command.study, cores());
  if (command.dry_run) {
    print_plan(out, find_runs(cells, command.runs, command.ignore_changes));
    return true;
  }
  const train::FolderLock lock = locked(command.runs);
  std::vector<CellRun> runs = find_runs(cells, command.runs, command.ignore_changes);
  write_study_record(command.runs, command.study_file, runs);

  LiveTable table(out, [terminal] { return cli::terminal_size(terminal); });
  PlainLines lines(out);
  Recorder recorder(command, terminal >= 0 ? static_cast<SweepObserver&>(table) : lines);
  Scheduler scheduler(std::move(runs), options_of(command), recorder);
  scheduler.run(stop);
  table.clear();
  print_summary(out, command, scheduler.runs());
  return all_have_results(scheduler.runs());
}

}  // namespace nmt::sweep
