// RunTail: where a run stands, out of the first line and the end of its log, however long that is.

#pragma once

#include <filesystem>
#include <optional>

#include "nmt/run_log/run_record.h"

namespace nmt::run_log {

struct RunTail {
  std::optional<ConfigRecord> config;  ///< Of the first line.
  std::optional<UpdateRecord> update;  ///< The newest, as the next.
  std::optional<ValidRecord> valid;
  std::optional<EndRecord> end;  ///< If that is the last line.
};

/// The tail of the log at `path`, whether blocks, plain or gzip. One that is being written may be
/// read: what is torn, and lines that are no records, are passed over. Without a file nothing is
/// there. Throws InputError if a log that another program has packed is damaged.
RunTail read_tail(const std::filesystem::path& path);

}  // namespace nmt::run_log
