#include "nmt/report/run_label.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/nmt/report/planted_study.h"

namespace nmt::report::run_label_test {
namespace {

using ::testing::ElementsAre;

PlantedLog log_of(const std::string& architecture, double rate, int64_t seed,
                  const ordered_json& more = ordered_json::object()) {
  return PlantedLog().config(architecture, rate, seed, more);
}

std::vector<std::string> labels(const std::vector<Run>& runs) {
  std::vector<std::string> list;
  for (const Run& run : runs) list.push_back(run.label);
  return list;
}

TEST(SplitArchitecture, SeparatesVariantAndDepth) {
  const auto parts = [](const std::string& name) {
    const ArchitectureParts split = split_architecture(name);
    return split.variant + " | " + split.depth;
  };
  EXPECT_EQ(parts("postln-sigma-18L"), "postln-sigma | 18L");
  EXPECT_EQ(parts("preln-60L-12L"), "preln | 60L-12L");
  EXPECT_EQ(parts("odd"), "odd | ");
  EXPECT_EQ(parts("odd-L"), "odd-L | ");
  EXPECT_EQ(parts(""), " | ");
}

TEST(LabelRuns, SortsByVariantDepthRateAndSeedAsNumbers) {
  const auto runs = planted_runs({log_of("preln-6L", 0.001, 1), log_of("postln-18L", 0.001, 10),
                                  log_of("postln-18L", 0.001, 9), log_of("postln-6L", 0.002, 1),
                                  log_of("postln-6L", 0.0005, 1)});
  EXPECT_THAT(labels(runs),
              ElementsAre("postln-6L, lr 0.0005, seed 1", "postln-6L, lr 0.002, seed 1",
                          "postln-18L, lr 0.001, seed 9", "postln-18L, lr 0.001, seed 10",
                          "preln-6L, lr 0.001, seed 1"));
}

TEST(LabelRuns, NamesSettingsThatDifferAndNumbersTheRest) {
  const auto runs =
      planted_runs({log_of("preln-6L", 0.001, 1, {{"dropout", 0.1}, {"model-dir", "a"}}),
                    log_of("preln-6L", 0.001, 1, {{"dropout", 0.1}, {"model-dir", "b"}}),
                    log_of("preln-6L", 0.001, 1, {{"dropout", 0.3}, {"max-updates", 7}})});
  EXPECT_THAT(labels(runs), ElementsAre("preln-6L, lr 0.001, dropout=0.1, seed 1",
                                        "preln-6L, lr 0.001, dropout=0.1, seed 1 #2",
                                        "preln-6L, lr 0.001, dropout=0.3, seed 1"));
}

TEST(GroupRuns, PutsSeedsTogetherAndSettingsApart) {
  const auto runs = planted_runs({log_of("preln-6L", 0.001, 1, {{"dropout", 0.1}}),
                                  log_of("preln-6L", 0.001, 2, {{"dropout", 0.1}}),
                                  log_of("preln-6L", 0.001, 1, {{"dropout", 0.3}}),
                                  log_of("preln-6L", 0.002, 1, {{"dropout", 0.1}})});
  std::vector<std::string> groups;
  for (const RunGroup& group : group_runs(runs)) {
    groups.push_back(group.settings + " " + std::to_string(group.runs.size()));
  }
  EXPECT_THAT(groups, ElementsAre("dropout=0.1 2", "dropout=0.3 1", "dropout=0.1 1"));
}

}  // namespace
}  // namespace nmt::report::run_label_test
