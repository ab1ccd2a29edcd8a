// nmt/run_log/run_log.md against what is written: every key in its tables is emitted, and no
// other.

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "nmt/run_log/record_keys.h"
#include "nmt/run_log/run_record_json.h"
#include "nmt/run_log/stability_monitor.h"
#include "tests/nmt/run_log/sample_records.h"

namespace nmt::run_log::run_log_schema_test {
namespace {

using nlohmann::ordered_json;
using Keys = std::set<std::string>;

// Objects whose keys are the run's own, not the schema's.
const Keys kOpen = {"config", "init_scales", "data", "fields", "lowest_head"};

void collect(const ordered_json& json, const std::string& prefix, Keys& keys) {
  for (const auto& [key, value] : json.items()) {
    keys.insert(prefix + key);
    if (kOpen.contains(prefix + key)) continue;
    if (value.is_object()) collect(value, prefix + key + ".", keys);
    if (value.is_array() && !value.empty() && value[0].is_object()) {
      collect(value[0], prefix + key + "[].", keys);
    }
  }
}

// Section title → keys in the first column of its table.
std::map<std::string, Keys> documented() {
  std::ifstream page(NMT_RUN_LOG_PAGE);
  std::map<std::string, Keys> sections;
  std::string section;
  for (std::string line; std::getline(page, line);) {
    if (line.starts_with("#")) section = line.substr(line.find(' ') + 1);
    if (line.starts_with("| `")) sections[section].insert(line.substr(3, line.find('`', 3) - 3));
  }
  return sections;
}

TEST(RunLogSchema, EveryKeyIsDocumentedAndEveryDocumentedKeyIsEmitted) {
  std::map<std::string, Keys> emitted;
  for (const RunRecord& record : std::vector<RunRecord>{
           sample_config(), sample_update(1), sample_valid(1), sample_checkpoint(1),
           sample_sharpness(1), sample_event(1), sample_end(1)}) {
    ordered_json json = to_json(record);
    const std::string type = json["type"];
    json.erase("type");
    collect(json, "", emitted[type]);
  }
  std::map<std::string, Keys> page = documented();
  for (const auto& [type, keys] : emitted) EXPECT_EQ(page[type], keys) << type;
}

TEST(RunLogSchema, FieldsOfStabilityEventsAreDocumented) {
  StabilityMonitor monitor(
      {.median_updates = 2, .collapse_updates = 2, .divergence_updates = 3, .plateau_updates = 5});
  std::set<std::string> causes;
  std::map<std::string, Keys> emitted;
  for (int64_t update = 1; update <= 30; ++update) {
    const double value = update == 1 ? 0.5 : 0.01;
    const std::vector<LayerEntropy> entropies = {
        {.kind = layers::AttentionKind::kCross, .layer = 1, .relative_entropy = value}};
    const Observation seen = {.update = update,
                              .loss = update == 29  ? 1.0 / 0.0
                                      : update < 15 ? 2.0
                                                    : 6.0,
                              .nll = 2.0,
                              .gradient_norm = update == 30 ? 1.0 / 0.0 : 1.0,
                              .entropies = entropies};
    for (const EventRecord& event : monitor.observe(seen)) {
      Keys keys;
      collect(event.fields, "", keys);
      EXPECT_TRUE(emitted[event.kind].empty() || emitted[event.kind] == keys);
      emitted[event.kind] = keys;
      causes.insert(event.fields.value("cause", ""));
    }
  }
  EXPECT_EQ(causes,
            (std::set<std::string>{"", "loss_rise", "non_finite_gradient", "non_finite_loss"}));
  std::map<std::string, Keys> page = documented();
  ASSERT_EQ(emitted.size(), 4u);
  for (const auto& [kind, keys] : emitted) EXPECT_EQ(page[kind], keys) << kind;
}

TEST(RunLogSchema, TypeComesFirst) {
  EXPECT_TRUE(to_json(sample_update(7)).dump().starts_with("{\"type\":\"update\",\"update\":7,"));
  EXPECT_TRUE(to_json(sample_config()).dump().starts_with("{\"type\":\"config\","));
}

TEST(RunLogSchema, MachineFieldsAreThoseOfTimeAndMemory) {
  Keys time;
  for (const std::string_view field : kMachineKeys) time.insert(std::string(field));
  EXPECT_EQ(time, (Keys{"seconds", "tokens_per_second", "peak_mib"}));
}

}  // namespace
}  // namespace nmt::run_log::run_log_schema_test
