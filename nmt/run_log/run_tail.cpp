#include "nmt/run_log/run_tail.h"

#include <algorithm>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "data/text/error.h"
#include "data/text/segment_file.h"
#include "nmt/run_log/record_keys.h"
#include "nmt/run_log/run_record_json.h"

namespace nmt::run_log {
namespace {

constexpr int64_t kFirstSuffix = 64 * 1024;  // Bytes.

// By the line's beginning, without parsing it: update records are long.
template <class Record>
bool is_of(std::string_view line) {
  static const std::string start = concatenate("{\"", kTypeKey, "\":\"", Record::kType, "\"");
  return line.starts_with(start);
}

// Puts the record of `line` into `record`, if it is one.
template <class Record>
void take(std::string_view line, std::optional<Record>& record) {
  if (!is_of<Record>(line)) return;
  try {
    const auto json = nlohmann::ordered_json::parse(line, nullptr, /*allow_exceptions=*/false);
    std::optional<RunRecord> found = record_from_json(json);
    if (found) record = std::get<Record>(std::move(*found));
  } catch (const InputError&) {
    // Passed over.
  }
}

// What the newest of `lines` say; whether an update and a validation were among them.
bool take_newest(const std::vector<std::string_view>& lines, RunTail& tail) {
  if (!lines.empty()) take(lines.back(), tail.end);
  for (size_t i = lines.size(); i-- > 0 && !(tail.update && tail.valid);) {
    if (!tail.update) take(lines[i], tail.update);
    if (!tail.valid) take(lines[i], tail.valid);
  }
  return tail.update && tail.valid;
}

// Whole lines of the file's last `bytes`, oldest first; they point into `buffer`.
std::vector<std::string_view> last_lines(std::ifstream& file, int64_t size, int64_t bytes,
                                         std::string& buffer) {
  const int64_t start = std::max<int64_t>(0, size - bytes);
  buffer.resize(static_cast<size_t>(size - start));
  file.clear();
  file.seekg(start);
  file.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
  std::string_view rest(buffer.data(), static_cast<size_t>(file.gcount()));
  if (start > 0) rest.remove_prefix(std::min(rest.find('\n'), rest.size() - 1) + 1);
  std::vector<std::string_view> lines;
  for (size_t end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
    lines.push_back(rest.substr(0, end));
    rest.remove_prefix(end + 1);
  }
  return lines;
}

// A packed log has no end to jump to: its lines are gone through, and the newest of each type kept.
RunTail read_packed(const std::string& path) {
  RunTail tail;
  text::SegmentReader reader(path);
  std::string update, valid, last;
  for (std::string line; reader.next(line) && reader.ended();) {
    if (reader.line_number() == 1) take(line, tail.config);
    if (is_of<UpdateRecord>(line)) update = line;
    if (is_of<ValidRecord>(line)) valid = line;
    last = std::move(line);
  }
  take_newest({update, valid, last}, tail);
  return tail;
}

}  // namespace

RunTail read_tail(const std::filesystem::path& path) {
  const std::string packed = path.string() + ".gz";
  std::error_code error;
  if (!std::filesystem::exists(path, error) && std::filesystem::exists(packed, error)) {
    return read_packed(packed);
  }
  RunTail tail;
  std::ifstream file(path, std::ios::binary);
  std::string first, buffer;
  if (!file || !std::getline(file, first)) return tail;
  if (!file.eof()) take(first, tail.config);
  file.clear();
  file.seekg(0, std::ios::end);
  const int64_t size = file.tellg();
  for (int64_t bytes = kFirstSuffix;; bytes *= 4) {
    if (take_newest(last_lines(file, size, bytes, buffer), tail) || bytes >= size) return tail;
  }
}

}  // namespace nmt::run_log
