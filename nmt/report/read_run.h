// Reading run.jsonl.gz, whichever of its keys an older or a newer nmt-train wrote
// (nmt/run_log/run_log.md names them all).

#pragma once

#include <string>
#include <vector>

#include "nmt/report/run.h"

namespace nmt::report {

/// The run whose log is `path`, plain or gzip, a file or a pipe. `heat_columns`: limit of blocks in
/// the heat maps. Throws InputError as run_log::each_record() does, and if the log has no config
/// line.
Run read_run(const std::string& path, size_t heat_columns);

/// The logs that `arguments` name, each once, sorted within an argument: a log itself, whatever its
/// name ("-": standard input), or a folder, which is searched, with all folders below it, for
/// run.jsonl.gz and run.jsonl (where both are, the first). Throws InputError for an argument that
/// does not exist, and for a folder without one.
std::vector<std::string> find_logs(const std::vector<std::string>& arguments);

}  // namespace nmt::report
