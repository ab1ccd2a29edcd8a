#include "nmt/stability/run_log.h"

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
    if (type == "end" || update_of(line.json) > update) return false;
    kept = line.end;
    return !(type == "checkpoint" && update_of(line.json) == update);
  });
  return kept;
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

void each_record(const std::filesystem::path& path, const std::function<void(RunRecord)>& use) {
  each_line(path, [&](const Line& line) {
    if (line.json.is_discarded()) return false;
    try {
      if (auto record = record_from_json(line.json)) use(std::move(*record));
    } catch (const InputError& error) {
      throw InputError(path.string(), ", line ", line.number, ": ", error.what());
    }
    return true;
  });
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

std::vector<RunRecord> read_run(const std::filesystem::path& path) {
  std::vector<RunRecord> records;
  each_record(path, [&](RunRecord record) { records.push_back(std::move(record)); });
  return records;
}

std::vector<RunRecord> read_latest(const std::filesystem::path& path) {
  std::vector<RunRecord> latest;
  each_record(path, [&](RunRecord record) {
    if (std::holds_alternative<UpdateRecord>(record)) {
      const int64_t update = update_of(record);
      std::erase_if(latest, [&](const RunRecord& earlier) { return update_of(earlier) < update; });
    }
    latest.push_back(std::move(record));
  });
  return latest;
}

}  // namespace nmt::stability
