#include "nmt/report/read_run.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <thread>

#include "data/text/error.h"
#include "data/text/path_kind.h"
#include "data/text/segment_file.h"

namespace nmt::report {
namespace {

namespace fs = std::filesystem;

void read_config(const Json& record, Run& run) {
  if (!run.architecture.empty()) return;
  run.architecture = text_at(record, "architecture", "unnamed");
  run.parameters = integer_at(record, "parameters");
  run.unigram_nll = number_at(record, "unigram_nll");
  const auto config = record.find("config");
  run.config = config != record.end() && config->is_object() ? *config : Json::object();
}

void halve(Run& run) {
  for (AttentionHistory& history : run.attention) history.halve();
  run.matrices.halve();
  run.stream.halve();
}

void read_update(const Json& record, Run& run) {
  UpdatePoint point{.update = integer_at(record, "update"),
                    .tokens = integer_at(record, "tokens"),
                    .seconds = number_at(record, "seconds"),
                    .nll = number_at(record, "nll"),
                    .loss = number_at(record, "loss"),
                    .gradient_norm = number_at(record, "gradient_norm"),
                    .learning_rate = number_at(record, "learning_rate"),
                    .tokens_per_second = number_at(record, "tokens_per_second")};
  run.updates.push_back(point);
  if (run.clock.advance(point.update)) halve(run);
  const size_t block = run.clock.block();
  const Json& attention = objects_at(record, "attention");
  for (AttentionHistory& history : run.attention) {
    std::vector<const Json*> layers;
    for (const Json& layer : attention) {
      const auto kind = layer.find("kind");
      if (kind != layer.end() && *kind == history.kind()) layers.push_back(&layer);
    }
    history.add(point.update, block, layers);
  }
  run.matrices.add(block, objects_at(record, "matrices"));
  run.stream.add(block, objects_at(record, "stream"));
}

void read_event(const Json& record, Run& run) {
  const auto fields = record.find("fields");
  run.events.push_back({.update = integer_at(record, "update"),
                        .kind = text_at(record, "kind"),
                        .message = text_at(record, "message"),
                        .fields = fields == record.end() ? Json::object() : *fields});
}

void read_end(const Json& record, Run& run) {
  run.end = RunEnd{.reason = text_at(record, "reason"),
                   .status = text_at(record, "status"),
                   .collapsed = flag_at(record, "collapsed"),
                   .diverged = flag_at(record, "diverged"),
                   .plateau = flag_at(record, "plateau"),
                   .learnt = optional_flag_at(record, "learnt"),
                   .peak_mib = number_at(record, "peak_mib")};
}

void read_record(const Json& record, Run& run) {
  const std::string type = text_at(record, "type");
  if (type == "config") return read_config(record, run);
  if (type == "update") return read_update(record, run);
  if (type == "event") return read_event(record, run);
  if (type == "end") return read_end(record, run);
  if (type == "valid") {
    run.valids.push_back({.update = integer_at(record, "update"),
                          .nll = number_at(record, "nll"),
                          .bleu = number_at(record, "bleu")});
  } else if (type == "sharpness") {
    run.sharpness.push_back({.update = integer_at(record, "update"),
                             .sharpness = number_at(record, "sharpness"),
                             .preconditioned = number_at(record, "preconditioned")});
  }
}

[[noreturn]] void refuse(const std::string& path, int64_t line, const std::string& what) {
  throw InputError(path, ":", line, ": not a line of a run's log: ", what);
}

// Lines that are parsed side by side; most of the time of reading goes there.
struct LineBatch {
  int64_t first_line = 1;
  std::vector<std::string> lines;
};

LineBatch next_batch(text::SegmentReader& reader) {
  constexpr size_t kBytes = 4 << 20;
  LineBatch batch{.first_line = reader.line_number() + 1, .lines = {}};
  size_t bytes = 0;
  for (std::string line; bytes < kBytes && reader.next(line); line.clear()) {
    bytes += line.size();
    batch.lines.push_back(std::move(line));
  }
  return batch;
}

// A line that is no JSON gives a discarded value.
std::vector<Json> parsed(const std::vector<std::string>& lines) {
  std::vector<Json> records(lines.size());
  const size_t threads = std::clamp<size_t>(std::thread::hardware_concurrency(), 1, 8);
  const auto parse = [&](size_t first) {
    for (size_t i = first; i < lines.size(); i += threads) {
      records[i] = Json::parse(lines[i], nullptr, /*allow_exceptions=*/false);
    }
  };
  std::vector<std::jthread> others;
  for (size_t k = 1; k < std::min(threads, lines.size()); ++k) others.emplace_back(parse, k);
  parse(0);
  return records;
}

std::vector<std::string> logs_below(const std::string& folder) {
  std::vector<std::string> found;
  std::error_code error;
  fs::recursive_directory_iterator entry(folder, fs::directory_options::skip_permission_denied,
                                         error);
  for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    const bool unpacked = fs::exists(entry->path().parent_path() / "run.jsonl");
    if (name == "run.jsonl" || (name == "run.jsonl.gz" && !unpacked)) {
      found.push_back(entry->path().string());
    }
  }
  if (error) throw InputError("cannot search the folder ", folder, ": ", error.message());
  std::ranges::sort(found);
  return found;
}

}  // namespace

Run read_run(const std::string& path, size_t heat_columns) {
  Run run(heat_columns);
  run.path = path;
  text::SegmentReader reader(path);
  int64_t torn = 0;  // A line that is no JSON: forgiven if it is the last.
  for (LineBatch batch = next_batch(reader); !batch.lines.empty(); batch = next_batch(reader)) {
    const std::vector<Json> records = parsed(batch.lines);
    for (size_t i = 0; i < records.size(); ++i) {
      const int64_t line = batch.first_line + static_cast<int64_t>(i);
      if (torn != 0) refuse(path, torn, "it is not a JSON object");
      if (!records[i].is_object()) {
        torn = line;
        continue;
      }
      try {
        read_record(records[i], run);
      } catch (const InputError& error) {
        refuse(path, line, error.what());
      }
    }
  }
  if (run.architecture.empty()) {
    throw InputError(path, ": no line of type \"config\", so this is not a run's log");
  }
  return run;
}

std::vector<std::string> find_logs(const std::vector<std::string>& arguments) {
  std::vector<std::string> logs;
  std::set<std::string> seen;
  for (const std::string& argument : arguments) {
    std::error_code ignored;
    std::vector<std::string> found;
    if (text::is_stream(argument)) {
      found = {argument};
    } else if (fs::is_directory(argument, ignored)) {
      found = logs_below(argument);
      if (found.empty()) {
        throw InputError("no run.jsonl or run.jsonl.gz in the folder ", argument, " or below it");
      }
    } else if (!fs::exists(argument, ignored)) {
      throw InputError("there is no file or folder ", argument);
    } else {
      found = {argument};
    }
    for (const std::string& log : found) {
      if (seen.insert(fs::weakly_canonical(log, ignored).string()).second) logs.push_back(log);
    }
  }
  return logs;
}

}  // namespace nmt::report
