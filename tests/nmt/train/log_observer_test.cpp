#include "nmt/train/log_observer.h"

#include <gtest/gtest.h>

#include <vector>

#include "tests/nmt/run_log/sample_records.h"
#include "tests/testing/temp_folder.h"

namespace nmt::train {
namespace {

using run_log::RunRecord;

TEST(LogObserver, WritesALineForEachReport) {
  nmt::testing::TempFolder folder;
  run_log::RunLog log(folder.path("run.jsonl"));
  LogObserver observer(log);
  observer.on_start(run_log::sample_config());
  observer.on_progress({});
  observer.on_update(run_log::sample_update(1));
  observer.on_valid(run_log::sample_valid(2));
  observer.on_checkpoint(run_log::sample_checkpoint(2));
  observer.on_sharpness(run_log::sample_sharpness(2));
  observer.on_event(run_log::sample_event(3));
  observer.on_end(run_log::sample_end(3));
  const std::vector<RunRecord> expected = {
      run_log::sample_config(),      run_log::sample_update(1),    run_log::sample_valid(2),
      run_log::sample_checkpoint(2), run_log::sample_sharpness(2), run_log::sample_event(3),
      run_log::sample_end(3)};
  EXPECT_EQ(run_log::read_run(folder.path("run.jsonl")), expected);
}

TEST(LogObserver, AResumedRunKeepsItsFirstConfigLine) {
  nmt::testing::TempFolder folder;
  for (const int64_t memory : {100, 200}) {
    run_log::RunLog log(folder.path("run.jsonl"));
    run_log::ConfigRecord config = run_log::sample_config();
    config.memory_bytes = memory;
    LogObserver(log).on_start(config);
  }
  const auto records = run_log::read_run(folder.path("run.jsonl"));
  ASSERT_EQ(records.size(), 1u);
  EXPECT_EQ(std::get<run_log::ConfigRecord>(records[0]).memory_bytes, 100);
}

TEST(ObserverGroup, PassesEverythingOnInOrder) {
  struct Recorder : TrainingObserver {
    Recorder(std::string name, std::string& calls) : name(std::move(name)), calls(calls) {}
    void on_start(const run_log::ConfigRecord&) override { calls += name + "start "; }
    void on_progress(const Progress&) override { calls += name + "progress "; }
    void on_update(const run_log::UpdateRecord&) override { calls += name + "update "; }
    void on_valid(const run_log::ValidRecord&) override { calls += name + "valid "; }
    void on_checkpoint(const run_log::CheckpointRecord&) override { calls += name + "checkpoint "; }
    void on_sharpness(const run_log::SharpnessRecord&) override { calls += name + "sharpness "; }
    void on_event(const run_log::EventRecord&) override { calls += name + "event "; }
    void on_end(const run_log::EndRecord&) override { calls += name + "end "; }
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
