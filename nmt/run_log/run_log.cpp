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

// Calls `use` with each line and its number until it returns false. Only the last may be torn, and
// is left out.
void each_line(const std::filesystem::path& path,
               const std::function<bool(Line& line, int64_t number)>& use) {
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

// Where a log that resumes from the checkpoint of `update` ends, in bytes. Lines that this version
// does not know stay if one that stays follows.
int64_t end_of_kept(const std::filesystem::path& path, int64_t update) {
  int64_t kept = 0, end = 0;
  each_line(path, [&](const Line& line, int64_t) {
    end += static_cast<int64_t>(line.text.size()) + 1;
    if (!line.record) return true;
    const RunRecord& record = *line.record;
    if (std::holds_alternative<EndRecord>(record) || update_of(record) > update) return false;
    kept = end;
    return !std::holds_alternative<CheckpointRecord>(record) || update_of(record) != update;
  });
  return kept;
}

}  // namespace

void RunLog::write(const RunRecord& record) {
  file_.append(to_line(record));
}

void truncate_after(const std::filesystem::path& path, int64_t update) {
  if (!std::filesystem::exists(path)) return;
  const int64_t kept = end_of_kept(path, update);
  if (::truncate(path.c_str(), kept) != 0) {
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
