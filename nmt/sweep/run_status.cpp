#include "nmt/sweep/run_status.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <vector>

#include "data/text/segment_file.h"

namespace nmt::sweep {
namespace {

using Json = nlohmann::ordered_json;

constexpr int64_t kFirstSuffix = 64 * 1024;  // Bytes.
constexpr double kNoValue = std::numeric_limits<double>::quiet_NaN();

// NaN and infinities are texts in the log, and count as no value here.
double number(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_number() ? found->get<double>() : kNoValue;
}

int64_t whole(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_number_integer() ? found->get<int64_t>() : 0;
}

std::string text(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_string() ? found->get<std::string>() : "";
}

// The type without parsing the line: update records are long.
std::string_view type_of(std::string_view line) {
  constexpr std::string_view kStart = R"({"type":")";
  if (!line.starts_with(kStart)) return {};
  line.remove_prefix(kStart.size());
  return line.substr(0, line.find('"'));
}

Json parse(std::string_view line) {
  return Json::parse(line, nullptr, /*allow_exceptions=*/false);
}

double least_entropy(const Json& update) {
  double least = kNoValue;
  const auto attention = update.find("attention");
  if (attention == update.end() || !attention->is_array()) return least;
  for (const Json& layer : *attention) {
    const auto heads = layer.find("relative_entropy");
    if (heads == layer.end()) continue;
    for (const Json& head : *heads) {
      if (head.is_number() && !(head.get<double>() >= least)) least = head.get<double>();
    }
  }
  return least;
}

void take_config(const std::string& line, RunStatus& status) {
  const Json json = parse(line);
  if (!json.is_object() || text(json, "type") != "config" || !json.contains("config")) return;
  status.config = json["config"];
  status.memory_bytes = whole(json, "memory_bytes");
}

void take_update(const Json& json, RunStatus& status) {
  status.update = whole(json, "update");
  status.tokens = whole(json, "tokens");
  status.nll = number(json, "nll");
  status.tokens_per_second = number(json, "tokens_per_second");
  status.seconds = number(json, "seconds");
  status.least_entropy = least_entropy(json);
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

// A run that gave up on losses that are not finite has diverged; older logs call its status
// "failed".
void take_end(const Json& json, RunStatus& status) {
  status.end_reason = text(json, "reason");
  status.end_status = status.end_reason == "non-finite" ? "diverged" : text(json, "status");
  status.diverged = status.end_status == "diverged";
  const auto learnt = json.find("learnt");
  if (learnt != json.end() && learnt->is_boolean()) status.learnt = learnt->get<bool>();
}

// What the newest records of `lines` say; whether an update and a validation were among them.
bool take_newest(const std::vector<std::string_view>& lines, RunStatus& status) {
  bool update = false, valid = false;
  for (size_t i = lines.size(); i-- > 0 && !(update && valid);) {
    const std::string_view type = type_of(lines[i]);
    const bool wanted = (type == "update" && !update) || (type == "valid" && !valid) ||
                        (type == "end" && i + 1 == lines.size());
    if (!wanted) continue;
    const Json json = parse(lines[i]);
    if (!json.is_object()) continue;
    if (type == "end") {
      take_end(json, status);
    } else if (type == "update") {
      take_update(json, status);
      update = true;
    } else {
      const double bleu = number(json, "bleu");
      if (!std::isnan(bleu)) status.bleu = bleu;
      valid = true;
    }
  }
  return update && valid;
}

// A packed log has no end to jump to: its lines are gone through, and the newest of each type kept.
RunStatus read_packed(const std::string& path) {
  RunStatus status;
  text::SegmentReader reader(path);
  std::string update, valid, last;
  for (std::string line; reader.next(line);) {
    if (reader.line_number() == 1) take_config(line, status);
    if (type_of(line) == "update") update = line;
    if (type_of(line) == "valid") valid = line;
    last = std::move(line);
  }
  take_newest({update, valid, last}, status);
  return status;
}

}  // namespace

RunStatus read_run_status(const std::string& path) {
  const std::string packed = path + ".gz";
  std::error_code error;
  if (!std::filesystem::exists(path, error) && std::filesystem::exists(packed, error)) {
    return read_packed(packed);
  }
  RunStatus status;
  std::ifstream file(path, std::ios::binary);
  std::string first, buffer;
  if (!file || !std::getline(file, first)) return status;
  take_config(first, status);
  file.clear();
  file.seekg(0, std::ios::end);
  const int64_t size = file.tellg();
  for (int64_t bytes = kFirstSuffix;; bytes *= 4) {
    if (take_newest(last_lines(file, size, bytes, buffer), status) || bytes >= size) return status;
  }
}

std::optional<bool> RunStatus::did_not_train() const {
  if (!has_result()) return std::nullopt;
  if (diverged) return true;
  if (!learnt) return std::nullopt;
  return !*learnt;
}

double done_fraction(const RunStatus& status, const config::ScheduleConfig& limits) {
  double done = 0.0;
  const auto consider = [&](double so_far, double whole) {
    if (whole > 0.0) done = std::max(done, std::min(so_far / whole, 1.0));
  };
  consider(static_cast<double>(status.update), static_cast<double>(limits.max_updates));
  consider(static_cast<double>(status.tokens), static_cast<double>(limits.max_target_tokens));
  consider(status.seconds, 60.0 * limits.max_minutes);
  return done;
}

std::optional<double> seconds_left(const RunStatus& status, const config::ScheduleConfig& limits) {
  const double done = done_fraction(status, limits);
  if (!(done > 0.0)) return std::nullopt;
  return status.seconds * (1.0 - done) / done;
}

}  // namespace nmt::sweep
