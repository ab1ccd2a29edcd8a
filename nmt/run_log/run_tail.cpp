#include "nmt/run_log/run_tail.h"

#include <algorithm>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "data/text/error.h"
#include "data/text/gzip_blocks.h"
#include "data/text/gzip_source.h"
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
bool take_newest(const std::vector<std::string>& lines, RunTail& tail) {
  if (!lines.empty()) take(lines.back(), tail.end);
  for (size_t i = lines.size(); i-- > 0 && !(tail.update && tail.valid);) {
    if (!tail.update) take(lines[i], tail.update);
    if (!tail.valid) take(lines[i], tail.valid);
  }
  return tail.update && tail.valid;
}

// The last `bytes` of the file, or all.
std::string suffix(std::ifstream& file, int64_t size, int64_t bytes) {
  const int64_t start = std::max<int64_t>(0, size - bytes);
  std::string text(static_cast<size_t>(size - start), '\0');
  file.clear();
  file.seekg(start);
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(file.gcount()));
  return text;
}

// Whole lines of `text`, oldest first; what comes before the first newline may be torn.
std::vector<std::string> whole_lines(std::string_view text, bool begins_with_line) {
  if (!begins_with_line) text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
  std::vector<std::string> lines;
  for (size_t end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  return lines;
}

// A log that another program has packed has no end to jump to: its lines are gone through, and the
// newest of each type kept.
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

// The first line of a log that is no more than begun may be torn.
std::string first_line(const std::string& path) {
  std::string line;
  text::SegmentReader reader(path);
  return reader.next(line) && reader.ended() ? line : "";
}

}  // namespace

RunTail read_tail(const std::filesystem::path& path) {
  RunTail tail;
  std::ifstream file(path, std::ios::binary);
  std::string mark(text::kGzipBlockMark.size(), '\0');
  if (!file || !file.read(mark.data(), static_cast<std::streamsize>(mark.size()))) return tail;
  const bool blocks = mark == text::kGzipBlockMark;
  if (!blocks && mark.starts_with(text::kGzipMark)) return read_packed(path.string());
  take(first_line(path.string()), tail.config);
  file.seekg(0, std::ios::end);
  const int64_t size = file.tellg();
  for (int64_t bytes = kFirstSuffix;; bytes *= 4) {
    const std::string end = suffix(file, size, bytes);
    const auto lines = blocks ? text::whole_blocks(end) : whole_lines(end, bytes >= size);
    if (take_newest(lines, tail) || bytes >= size) return tail;
  }
}

}  // namespace nmt::run_log
