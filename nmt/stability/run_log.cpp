#include "nmt/stability/run_log.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <functional>
#include <optional>
#include <string>

#include "data/text/error.h"
#include "nmt/stability/run_record_json.h"

namespace nmt::stability {
namespace {

using nlohmann::ordered_json;

// One line that ends in a newline, or whatever follows the last newline.
struct Line {
  int64_t number;  // From 1.
  int64_t begin;   // Offset in bytes.
  int64_t end;     // Offset behind its newline.
  bool last;
  ordered_json json;  // Discarded if the line is torn.
};

bool is_record(const ordered_json& json) {
  return json.is_object() && json.contains("type") && json["type"].is_string();
}

// Calls `use` with each line until it returns false. Only the last line may be torn.
void each_line(const std::filesystem::path& path, const std::function<bool(const Line&)>& use) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw InputError("cannot read ", path.string(), ": ", std::strerror(errno));
  std::string text;
  Line line{};
  while (std::getline(file, text)) {
    const bool whole = !file.eof();
    ++line.number;
    line.begin = line.end;
    line.end += static_cast<int64_t>(text.size()) + (whole ? 1 : 0);
    line.last = !whole || file.peek() == std::ifstream::traits_type::eof();
    line.json = ordered_json(ordered_json::value_t::discarded);
    if (whole) line.json = ordered_json::parse(text, nullptr, /*allow_exceptions=*/false);
    if (!is_record(line.json)) {
      if (!line.last) {
        throw InputError(path.string(), ", line ", line.number, ": not a record of a run log: \"",
                         text.substr(0, 60), "\"");
      }
      line.json = ordered_json(ordered_json::value_t::discarded);
    }
    if (!use(line)) return;
  }
  if (file.bad()) throw InputError("cannot read ", path.string(), ": ", std::strerror(errno));
}

// Text that is not UTF-8 (a path, say) gets replacement characters instead of stopping the run.
std::string to_line(const RunRecord& record) {
  return to_json(record).dump(-1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

int64_t update_of(const ordered_json& json) {
  const auto found = json.find("update");
  return found != json.end() && found->is_number_integer() ? found->get<int64_t>() : 0;
}

// Where a log that resumes from the checkpoint of `update` ends.
int64_t end_of_kept(const std::filesystem::path& path, int64_t update) {
  int64_t kept = 0;
  each_line(path, [&](const Line& line) {
    if (line.json.is_discarded()) return false;
    const std::string type = line.json["type"];
    if (type == "config") {
      kept = line.end;
      return true;
    }
    if (update == 0 || type == "end" || update_of(line.json) > update) return false;
    kept = line.end;
    return !(type == "checkpoint" && update_of(line.json) == update);
  });
  return kept;
}

}  // namespace

RunLog::RunLog(const std::filesystem::path& path) : path_(path) {
  file_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (file_ < 0) throw InputError("cannot write ", path.string(), ": ", std::strerror(errno));
}

RunLog::~RunLog() {
  ::close(file_);
}

void RunLog::write(const RunRecord& record) {
  const std::string line = to_line(record);
  const off_t before = ::lseek(file_, 0, SEEK_END);
  size_t written = 0;
  while (written < line.size()) {
    const ssize_t count = ::write(file_, line.data() + written, line.size() - written);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) {
      const int reason = count < 0 ? errno : ENOSPC;
      // A torn line inside the log would make it unreadable once the next one follows.
      if (written > 0) static_cast<void>(!::ftruncate(file_, before));
      throw InputError("cannot write to ", path_.string(), ": ", std::strerror(reason),
                       "; the lines before stay as they are");
    }
    written += static_cast<size_t>(count);
  }
}

void RunLog::sync() {
  if (::fdatasync(file_) != 0 && errno != EINVAL) {
    throw InputError("cannot write ", path_.string(), " to the disk: ", std::strerror(errno));
  }
}

bool RunLog::empty() const {
  struct stat status {};
  return ::fstat(file_, &status) == 0 && status.st_size == 0;
}

void truncate_after(const std::filesystem::path& path, int64_t update) {
  if (!std::filesystem::exists(path)) return;
  const int64_t kept = end_of_kept(path, update);
  if (::truncate(path.c_str(), kept) != 0) {
    throw InputError("cannot cut ", path.string(), " after update ", update, ": ",
                     std::strerror(errno));
  }
}

std::vector<RunRecord> read_run(const std::filesystem::path& path) {
  std::vector<RunRecord> records;
  each_line(path, [&](const Line& line) {
    if (line.json.is_discarded()) return false;
    try {
      if (auto record = record_from_json(line.json)) records.push_back(std::move(*record));
    } catch (const InputError& error) {
      throw InputError(path.string(), ", line ", line.number, ": ", error.what());
    }
    return true;
  });
  return records;
}

}  // namespace nmt::stability
