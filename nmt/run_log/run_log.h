// RunLog: run.jsonl.gz, the history of a training run, one JSON object a line.
//
// Each line is a gzip block of its own (data/text/gzip_blocks.h), handed to the operating system
// whole, as soon as it is written: a kill leaves at most one torn block, the last, which readers
// skip. run_log.md documents every name.

#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <vector>

#include "data/text/append_file.h"
#include "nmt/run_log/run_record.h"

namespace nmt::run_log {

/// The log in a model folder.
inline constexpr const char* kRunLogFile = "run.jsonl.gz";

/// The log of versions before 2026-12-01, which is read, but not gone on with.
inline constexpr const char* kPlainRunLogFile = "run.jsonl";

/// The path of the log in the model folder `folder`: that of a plain one if only that is there.
std::filesystem::path log_in(const std::filesystem::path& folder);

class RunLog {
 public:
  /// Opens `path` for appending, creating it if it is missing. Throws InputError if it cannot.
  explicit RunLog(const std::filesystem::path& path) : file_(path) {}

  /// Appends one line as a block. Throws InputError if it cannot be written whole (disk full); the
  /// lines before it stay as they are.
  void write(const RunRecord& record);

  /// Waits until every line is on the disk. Throws InputError on failure.
  void sync() { file_.sync(); }

  /// Whether nothing has been written yet, neither now nor by an earlier process.
  bool empty() const { return file_.empty(); }

 private:
  text::AppendFile file_;
};

/// Prepares the log at `path` for a run that resumes from its checkpoint of update `update`: keeps
/// all lines up to that checkpoint's, or, where it has none, all lines up to that update; cuts off
/// the rest, the "end" line of the stopped run and a torn last block included. The config line
/// stays. A missing file is left missing. One system call cuts at a block's end, so a kill leaves
/// the old file or the new. Throws InputError if the file cannot be read or cut, if a line other
/// than the last is no JSON object, or if its lines are not each a block, as other programs pack.
void truncate_after(const std::filesystem::path& path, int64_t update);

/// Calls `use` with every record of the log at `path` in order; blocks, plain or gzip, a file or a
/// pipe. A torn last block or line, which a kill leaves, and unknown types are skipped. Lines are
/// read side by side. Throws InputError, with file and line, if the log cannot be read or another
/// line is malformed.
void each_record(const std::filesystem::path& path, const std::function<void(RunRecord&&)>& use);

/// All of them. Throws as each_record() does.
std::vector<RunRecord> read_run(const std::filesystem::path& path);

/// The last "update" record of the log at `path` and every other record with that update or a later
/// one, in order; all records if there is no "update". Memory as for these alone. Throws as
/// each_record() does.
std::vector<RunRecord> read_latest(const std::filesystem::path& path);

/// Whether the log at `path` ends with the end of its run, which was not an interruption; false if
/// there is no log. Throws as each_record() does.
bool has_ended(const std::filesystem::path& path);

}  // namespace nmt::run_log
