// Replays the logs of runs through the real StabilityMonitor, whichever rules they were written
// under, and prints a JSON line a log: what recompute_flags.py compares its own reading with.
//
//     replay_verdicts RUN.jsonl[.gz]...

#include <cmath>
#include <iostream>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "data/text/segment_file.h"
#include "nmt/run_log/run_record_json.h"
#include "nmt/run_log/stability_monitor.h"

namespace nmt::run_log {
namespace {

using nlohmann::ordered_json;

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

class Replay {
 public:
  void take(const ConfigRecord& record) {
    StabilityRules rules;
    rules.warmup_updates = record.config.at("warmup-updates").get<int64_t>();
    rules.unigram_nll = record.unigram_nll;
    monitor_ = StabilityMonitor(rules);
  }

  void take(const EventRecord& record) {
    if (record.kind == "non_finite") skipped_.insert(record.update);
  }

  void take(const UpdateRecord& record) {
    const auto count = static_cast<int64_t>(record.losses.size());
    for (int64_t i = 0; i < count; ++i) {
      const int64_t update = record.update - count + 1 + i;
      const std::vector<LayerEntropy> entropies = entropies_of(record, static_cast<size_t>(i));
      add(monitor_.observe({.update = update,
                            .loss = record.losses[static_cast<size_t>(i)],
                            .nll = kUnknown,
                            .gradient_norm = skipped_.contains(update) ? kUnknown : 1.0,
                            .entropies = entropies}));
    }
    update_ = record.update;
  }

  void take(const ValidRecord& record) { monitor_.observe_validation(record.nll); }

  void take(const EndRecord& record) {
    if (record.reason == "interrupted") return;
    if (auto event = monitor_.finish(record.update)) add({*event});
  }

  void take(const CheckpointRecord&) {}
  void take(const SharpnessRecord&) {}

  ordered_json verdict() const {
    const EndRecord end = monitor_.verdict(update_);
    return {{"collapse", collapses_},
            {"divergence", divergences_},
            {"learnt", end.learnt ? ordered_json(*end.learnt) : ordered_json(nullptr)},
            {"status", end.status}};
  }

 private:
  static std::vector<LayerEntropy> entropies_of(const UpdateRecord& record, size_t update) {
    std::vector<LayerEntropy> entropies;
    for (const AttentionRecord& layer : record.attention) {
      if (layer.relative_entropy_by_update.empty()) continue;  // As in a thinned log.
      const double value = layer.relative_entropy_by_update.at(update);
      entropies.push_back({.kind = layer.kind, .layer = layer.layer, .relative_entropy = value});
    }
    return entropies;
  }

  void add(const std::vector<EventRecord>& events) {
    for (const EventRecord& event : events) {
      const ordered_json& fields = event.fields;
      if (event.kind == "collapse") {
        collapses_.push_back({fields["kind"], fields["layer"], fields["first_update"]});
      } else if (event.kind == "divergence") {
        divergences_[fields["cause"].get<std::string>()] = fields["first_update"];
      }
    }
  }

  StabilityMonitor monitor_;
  std::set<int64_t> skipped_;
  int64_t update_ = 0;
  ordered_json collapses_ = ordered_json::array();
  ordered_json divergences_ = ordered_json::object();
};

ordered_json replayed(const std::string& path) {
  Replay replay;
  text::SegmentReader reader(path);
  for (std::string line; reader.next(line);) {
    const ordered_json json = ordered_json::parse(line, nullptr, /*allow_exceptions=*/false);
    if (json.is_discarded()) break;  // A torn last line.
    const std::optional<RunRecord> record = record_from_json(json);
    if (record) std::visit([&](const auto& one) { replay.take(one); }, *record);
  }
  ordered_json verdict = replay.verdict();
  verdict["log"] = path;
  return verdict;
}

}  // namespace
}  // namespace nmt::run_log

int main(int count, char** arguments) {
  try {
    for (int i = 1; i < count; ++i) {
      std::cout << nmt::run_log::replayed(arguments[i]).dump() << '\n';
    }
  } catch (const std::exception& error) {
    std::cerr << "replay_verdicts: " << error.what() << '\n';
    return 1;
  }
  return 0;
}
