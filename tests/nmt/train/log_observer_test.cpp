#include "nmt/train/log_observer.h"

#include <gtest/gtest.h>

#include <vector>

#include "tests/nmt/stability/sample_records.h"
#include "tests/testing/temp_folder.h"

namespace nmt::train {
namespace {

using stability::RunRecord;

TEST(LogObserver, WritesALineForEachReport) {
  nmt::testing::TempFolder folder;
  stability::RunLog log(folder.path("run.jsonl"));
  LogObserver observer(log);
  observer.on_start(stability::sample_config());
  observer.on_progress({});
  observer.on_update(stability::sample_update(1));
  observer.on_valid(stability::sample_valid(2));
  observer.on_checkpoint(stability::sample_checkpoint(2));
  observer.on_sharpness(stability::sample_sharpness(2));
  observer.on_event(stability::sample_event(3));
  observer.on_end(stability::sample_end(3));
  const std::vector<RunRecord> expected = {
      stability::sample_config(),      stability::sample_update(1),    stability::sample_valid(2),
      stability::sample_checkpoint(2), stability::sample_sharpness(2), stability::sample_event(3),
      stability::sample_end(3)};
  EXPECT_EQ(stability::read_run(folder.path("run.jsonl")), expected);
}

TEST(LogObserver, AResumedRunKeepsItsFirstConfigLine) {
  nmt::testing::TempFolder folder;
  for (const int64_t memory : {100, 200}) {
    stability::RunLog log(folder.path("run.jsonl"));
    stability::ConfigRecord config = stability::sample_config();
    config.memory_bytes = memory;
    LogObserver(log).on_start(config);
  }
  const auto records = stability::read_run(folder.path("run.jsonl"));
  ASSERT_EQ(records.size(), 1u);
  EXPECT_EQ(std::get<stability::ConfigRecord>(records[0]).memory_bytes, 100);
}

TEST(ObserverGroup, PassesEverythingOnInOrder) {
  struct Recorder : TrainingObserver {
    Recorder(std::string name, std::string& calls) : name(std::move(name)), calls(calls) {}
    void on_start(const stability::ConfigRecord&) override { calls += name + "start "; }
    void on_progress(const Progress&) override { calls += name + "progress "; }
    void on_update(const stability::UpdateRecord&) override { calls += name + "update "; }
    void on_valid(const stability::ValidRecord&) override { calls += name + "valid "; }
    void on_checkpoint(const stability::CheckpointRecord&) override {
      calls += name + "checkpoint ";
    }
    void on_sharpness(const stability::SharpnessRecord&) override { calls += name + "sharpness "; }
    void on_event(const stability::EventRecord&) override { calls += name + "event "; }
    void on_end(const stability::EndRecord&) override { calls += name + "end "; }
    std::string name;
    std::string& calls;
  };
  std::string calls;
  Recorder a("a.", calls), b("b.", calls);
  ObserverGroup group({&a, &b});
  group.on_start({});
  group.on_progress({});
  group.on_update({});
  group.on_valid({});
  group.on_checkpoint({});
  group.on_sharpness({});
  group.on_event({});
  group.on_end({});
  EXPECT_EQ(calls,
            "a.start b.start a.progress b.progress a.update b.update a.valid b.valid "
            "a.checkpoint b.checkpoint a.sharpness b.sharpness a.event b.event a.end b.end ");
}

}  // namespace
}  // namespace nmt::train
