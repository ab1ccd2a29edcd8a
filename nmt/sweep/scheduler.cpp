#include "nmt/sweep/scheduler.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <numeric>
#include <thread>

#include "data/text/error.h"
#include "nmt/train/folder_lock.h"

namespace nmt::sweep {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kMostAttempts = 2;
constexpr int kExitUsage = 2;  // Of nmt-train: no second try can be better.

int64_t memory_of(const CellRun& run) {
  return run.status.memory_bytes > 0 ? run.status.memory_bytes : memory_bound(run.cell.config);
}

std::vector<std::string> command_line(const std::string& nmt_train, const CellRun& run) {
  std::vector<std::string> words = {nmt_train};
  words.insert(words.end(), run.cell.arguments.begin(), run.cell.arguments.end());
  words.push_back("--model-dir=" + run.folder);
  if (run.next == NextStep::kResume) words.push_back("--resume");
  // A first start has the console's file in its folder, which nmt-train would not call empty.
  if (run.next == NextStep::kStart || run.next == NextStep::kRestart) {
    words.push_back("--overwrite");
  }
  return words;
}

void make_folder(const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) throw InputError(folder, ": cannot be made (", error.message(), ")");
}

bool is_locked(const std::string& folder) {
  return std::filesystem::exists(folder) && !train::FolderLock::try_lock(folder);
}

}  // namespace

std::vector<size_t> start_order(const std::vector<CellRun>& runs) {
  std::vector<size_t> order(runs.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::ranges::stable_sort(order, std::greater<>(),
                           [&](size_t i) { return expected_work(runs[i].cell.config); });
  return order;
}

Scheduler::Scheduler(std::vector<CellRun> runs, SchedulerOptions options, SweepObserver& observer)
    : runs_(std::move(runs)), options_(std::move(options)), observer_(observer) {}

Scheduler::~Scheduler() {
  stop_all();
}

void Scheduler::run(const std::atomic<bool>& stop) {
  Clock::time_point next_tick = Clock::now();
  while (busy()) {
    if (stop && !stopping_) stop_all();
    if (!stopping_) start_what_fits();
    if (Clock::now() >= next_tick) {
      tick();
      next_tick = Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                     std::chrono::duration<double>(options_.tick_seconds));
    }
    std::this_thread::sleep_for(std::chrono::duration<double>(options_.sleep_seconds));
    look_at_processes();
    if (!stopping_) look_elsewhere();
  }
}

bool Scheduler::has(CellState state) const {
  return std::ranges::any_of(runs_, [&](const CellRun& run) { return run.state == state; });
}

bool Scheduler::busy() const {
  if (!processes_.empty()) return true;
  return !stopping_ && (has(CellState::kQueued) || has(CellState::kElsewhere));
}

bool Scheduler::fits(const CellRun& run) const {
  int64_t jobs = 0, cores = 0, memory = 0;
  for (const CellRun& other : runs_) {
    if (!other.is_running()) continue;
    ++jobs;
    cores += other.cell.config.threads;
    memory += memory_of(other);
  }
  if (jobs == 0) return true;  // nmt-train itself refuses what no machine can hold.
  if (options_.jobs > 0 && jobs >= options_.jobs) return false;
  if (options_.jobs == 0 && cores + run.cell.config.threads > options_.cores) return false;
  return options_.memory_bytes == 0 || memory + memory_of(run) <= options_.memory_bytes;
}

void Scheduler::start_what_fits() {
  for (const size_t index : start_order(runs_)) {
    CellRun& run = runs_[index];
    if (run.state != CellState::kQueued) continue;
    if (is_locked(run.folder)) {
      run.state = CellState::kElsewhere;
      observer_.on_start(run, runs_);
    } else if (fits(run)) {
      start(index);
    }
  }
}

void Scheduler::start(size_t index) {
  CellRun& run = runs_[index];
  make_folder(run.folder);
  ++run.attempts;
  processes_.emplace(
      index, cli::ChildProcess(command_line(options_.nmt_train, run), {.output = run.console()}));
  run.state = CellState::kRunning;
  observer_.on_start(run, runs_);
}

void Scheduler::look_at_processes() {
  for (auto it = processes_.begin(); it != processes_.end();) {
    const std::optional<cli::ProcessEnd> end = it->second.end();
    if (!end) {
      ++it;
      continue;
    }
    CellRun& run = runs_[it->first];
    it = processes_.erase(it);
    settle(run, *end);
    observer_.on_end(run, runs_);
  }
}

void Scheduler::look_again(CellRun& run) {
  CellFolder found = look_at(run.folder, run.cell);
  run.next = found.next;
  run.status = std::move(found.status);
}

// The log decides, not the exit status: a run that diverged has a result.
void Scheduler::settle(CellRun& run, const cli::ProcessEnd& end) {
  look_again(run);
  if (run.next == NextStep::kNothing) {
    run.state = CellState::kResult;
    run.problem.clear();
  } else if (stopping_) {
    run.state = CellState::kInterrupted;
  } else {
    run.problem = end.text();
    const bool hopeless = end.signal == 0 && end.exit_status == kExitUsage;
    run.state =
        hopeless || run.attempts >= kMostAttempts ? CellState::kNoResult : CellState::kQueued;
  }
}

void Scheduler::look_elsewhere() {
  for (CellRun& run : runs_) {
    if (run.state != CellState::kElsewhere || is_locked(run.folder)) continue;
    look_again(run);
    run.state = run.next == NextStep::kNothing ? CellState::kResult : CellState::kQueued;
    observer_.on_end(run, runs_);
  }
}

void Scheduler::tick() {
  for (CellRun& run : runs_) {
    if (run.is_running()) run.status = read_run_status(run.log());
  }
  observer_.on_tick(runs_);
}

void Scheduler::stop_all() {
  stopping_ = true;
  for (auto& [index, process] : processes_) process.ask_to_stop();
}

}  // namespace nmt::sweep
