#include "nmt/run_log/run_log.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <string>
#include <thread>

#include "data/base/thread_pool.h"
#include "data/text/error.h"
#include "data/text/gzip_blocks.h"
#include "data/text/segment_file.h"
#include "nmt/run_log/run_record_json.h"

namespace nmt::run_log {
namespace {

using nlohmann::ordered_json;

// A line of the log, and what it says.
struct Line {
  std::string text;
  bool ended = true;                // By its newline.
  bool torn = false;                // No whole JSON object with a type.
  std::optional<RunRecord> record;  // None of a type that is not known.
  std::string defect;               // Why it is no record of its type.
};

void read_line(Line& line) {
  ordered_json json(ordered_json::value_t::discarded);
  if (line.ended) json = ordered_json::parse(line.text, nullptr, /*allow_exceptions=*/false);
  line.torn = !type_of(json);
  if (line.torn) return;
  try {
    line.record = record_from_json(json);
  } catch (const InputError& error) {
    line.defect = error.what();
  }
}

// The next lines, a few MiB of them; none at the end.
std::vector<Line> next_lines(text::SegmentReader& reader) {
  constexpr size_t kBytes = 4 << 20;
  std::vector<Line> lines;
  size_t bytes = 0;
  for (Line line; bytes < kBytes && reader.next(line.text); line = Line()) {
    line.ended = reader.ended();
    bytes += line.text.size();
    lines.push_back(std::move(line));
  }
  return lines;
}

// Side by side: most of the time of reading goes into numbers.
void read_lines(std::vector<Line>& lines) {
  const int64_t threads = std::clamp<int64_t>(std::thread::hardware_concurrency(), 1, 8);
  base::ThreadPool pool(std::min(threads, std::ssize(lines)));
  pool.for_each(std::ssize(lines), [&](int64_t i) { read_line(lines[i]); });
}

[[noreturn]] void refuse(const std::string& name, int64_t number, const std::string& why) {
  throw InputError(name, ":", number, ": not a record of a run log: ", why);
}

// Whether no line has been written yet: fewer bytes than this do not tell what a file is.
bool is_begun_only(const std::filesystem::path& path) {
  constexpr uintmax_t kLeast = 4;
  std::error_code ignored;
  return std::filesystem::is_regular_file(path, ignored) &&
         std::filesystem::file_size(path, ignored) < kLeast;
}

// Calls `use` with each line and its number until it returns false. Only the last may be torn, and
// is left out.
void each_line(const std::filesystem::path& path,
               const std::function<bool(Line& line, int64_t number)>& use) {
  if (is_begun_only(path)) return;
  text::SegmentReader reader(path.string());
  std::string torn;
  int64_t number = 0;
  for (std::vector<Line> lines = next_lines(reader); !lines.empty(); lines = next_lines(reader)) {
    read_lines(lines);
    for (Line& line : lines) {
      if (!torn.empty()) refuse(reader.name(), number, torn);
      ++number;
      if (line.torn) {
        torn = "no JSON object with a type: \"" + line.text.substr(0, 60) + "\"";
      } else if (!use(line, number)) {
        return;
      }
    }
  }
}

// Text that is not UTF-8 (a path, say) gets replacement characters instead of stopping the run.
std::string to_line(const RunRecord& record) {
  return to_json(record).dump(-1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

int64_t update_of(const RunRecord& record) {
  return std::visit(
      [](const auto& any) -> int64_t {
        if constexpr (requires { any.update; }) {
          return any.update;
        } else {
          return 0;
        }
      },
      record);
}

// How many lines a log keeps that resumes from the checkpoint of `update`. Lines that this version
// does not know stay if one that stays follows.
int64_t kept_lines(const std::filesystem::path& path, int64_t update) {
  int64_t kept = 0;
  each_line(path, [&](const Line& line, int64_t number) {
    if (!line.record) return true;
    const RunRecord& record = *line.record;
    if (std::holds_alternative<EndRecord>(record) || update_of(record) > update) return false;
    kept = number;
    return !std::holds_alternative<CheckpointRecord>(record) || update_of(record) != update;
  });
  return kept;
}

// Where the first `count` lines end in the file, each of which is a block.
int64_t end_of_lines(const std::string& path, int64_t count) {
  text::GzipBlockReader blocks(text::open_packed(path), path);
  for (int64_t i = 0; i < count; ++i) {
    const std::optional<std::string> line = blocks.next();
    if (!line || line->find('\n') + 1 != line->size()) {
      throw InputError(path, ": line ", i + 1,
                       " is no block of its own, so another program has "
                       "packed this log: a run can only go on with the log that it wrote");
    }
  }
  return blocks.end();
}

}  // namespace

std::filesystem::path log_in(const std::filesystem::path& folder) {
  std::error_code ignored;
  const bool plain = !std::filesystem::exists(folder / kRunLogFile, ignored) &&
                     std::filesystem::exists(folder / kPlainRunLogFile, ignored);
  return folder / (plain ? kPlainRunLogFile : kRunLogFile);
}

void RunLog::write(const RunRecord& record) {
  file_.append(text::gzip_block(to_line(record)));
}

void truncate_after(const std::filesystem::path& path, int64_t update) {
  if (!std::filesystem::exists(path)) return;
  const int64_t end = end_of_lines(path.string(), kept_lines(path, update));
  if (::truncate(path.c_str(), end) != 0) {
    throw InputError("cannot cut ", path.string(), " after update ", update, ": ",
                     std::strerror(errno));
  }
}

void each_record(const std::filesystem::path& path, const std::function<void(RunRecord&&)>& use) {
  each_line(path, [&](Line& line, int64_t number) {
    if (!line.defect.empty()) refuse(text::input_name(path.string()), number, line.defect);
    if (line.record) use(std::move(*line.record));
    return true;
  });
}

std::vector<RunRecord> read_run(const std::filesystem::path& path) {
  std::vector<RunRecord> records;
  each_record(path, [&](RunRecord&& record) { records.push_back(std::move(record)); });
  return records;
}

std::vector<RunRecord> read_latest(const std::filesystem::path& path) {
  std::vector<RunRecord> latest;
  each_record(path, [&](RunRecord&& record) {
    if (std::holds_alternative<UpdateRecord>(record)) {
      const int64_t update = update_of(record);
      std::erase_if(latest, [&](const RunRecord& earlier) { return update_of(earlier) < update; });
    }
    latest.push_back(std::move(record));
  });
  return latest;
}

bool has_ended(const std::filesystem::path& path) {
  if (!std::filesystem::exists(path)) return false;
  bool ended = false;
  each_record(path, [&](RunRecord&& record) {
    const auto* end = std::get_if<EndRecord>(&record);
    ended = end != nullptr && end->reason != "interrupted";
  });
  return ended;
}

}  // namespace nmt::run_log
