#include "nmt/report/read_run.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <utility>
#include <variant>

#include "data/text/error.h"
#include "data/text/path_kind.h"
#include "nmt/run_log/run_log.h"

namespace nmt::report {
namespace {

namespace fs = std::filesystem;

void halve(Run& run) {
  for (AttentionHistory& history : run.attention) history.halve();
  run.matrices.halve();
  run.stream.halve();
}

// Empties a list and gives its memory back.
template <class List>
void release(List& list) {
  List().swap(list);
}

// Puts records into a run.
struct Taker {
  Run& run;

  void operator()(run_log::ConfigRecord&& record) {
    if (!run.architecture.empty()) return;
    run.architecture = record.architecture.empty() ? "unnamed" : record.architecture;
    run.parameters = record.parameters;
    run.unigram_nll = record.unigram_nll;
    run.config = std::move(record.config);
  }

  void operator()(run_log::UpdateRecord&& record) {
    if (run.clock.advance(record.update)) halve(run);
    const size_t block = run.clock.block();
    for (AttentionHistory& history : run.attention) {
      history.add(record.update, block, record.attention);
    }
    run.matrices.add(block, record.matrices);
    run.stream.add(block, record.stream);
    release(record.losses);
    release(record.attention);
    release(record.matrices);
    release(record.stream);
    run.updates.push_back(std::move(record));
  }

  void operator()(run_log::ValidRecord&& record) { run.valids.push_back(record); }
  void operator()(run_log::EventRecord&& record) { run.events.push_back(std::move(record)); }
  void operator()(run_log::SharpnessRecord&& record) { run.sharpness.push_back(std::move(record)); }
  void operator()(run_log::EndRecord&& record) { run.end = std::move(record); }
  void operator()(run_log::CheckpointRecord&&) {}
};

std::vector<std::string> logs_below(const std::string& folder) {
  std::vector<std::string> found;
  std::error_code error;
  fs::recursive_directory_iterator entry(folder, fs::directory_options::skip_permission_denied,
                                         error);
  for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    const fs::path& path = entry->path();
    const bool may_be =
        path.filename() == run_log::kRunLogFile || path.filename() == run_log::kPlainRunLogFile;
    if (may_be && path == run_log::log_in(path.parent_path())) found.push_back(path.string());
  }
  if (error) throw InputError("cannot search the folder ", folder, ": ", error.message());
  std::ranges::sort(found);
  return found;
}

}  // namespace

Run read_run(const std::string& path, size_t heat_columns) {
  Run run(heat_columns);
  run.path = path;
  run_log::each_record(
      path, [&](run_log::RunRecord&& record) { std::visit(Taker{run}, std::move(record)); });
  if (run.architecture.empty()) {
    throw InputError(path, ": no line of type \"config\", so this is not a run's log");
  }
  return run;
}

std::vector<std::string> find_logs(const std::vector<std::string>& arguments) {
  std::vector<std::string> logs;
  std::set<std::string> seen;
  for (const std::string& argument : arguments) {
    std::error_code ignored;
    std::vector<std::string> found;
    if (text::is_stream(argument)) {
      found = {argument};
    } else if (fs::is_directory(argument, ignored)) {
      found = logs_below(argument);
      if (found.empty()) {
        throw InputError("no run.jsonl.gz or run.jsonl in the folder ", argument, " or below it");
      }
    } else if (!fs::exists(argument, ignored)) {
      throw InputError("there is no file or folder ", argument);
    } else {
      found = {argument};
    }
    for (const std::string& log : found) {
      if (seen.insert(fs::weakly_canonical(log, ignored).string()).second) logs.push_back(log);
    }
  }
  return logs;
}

}  // namespace nmt::report
