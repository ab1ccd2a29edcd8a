#include "nmt/train/log_observer.h"

#include <gtest/gtest.h>

#include <vector>

#include "tests/nmt/run_log/sample_records.h"
#include "tests/testing/temp_folder.h"

namespace nmt::train::log_observer_test {
namespace {

using run_log::RunRecord;

TEST(LogObserver, WritesALineForEachReport) {
  nmt::testing::TempFolder folder;
  run_log::RunLog log(folder.path("run.jsonl.gz"));
  LogObserver observer(log);
  observer.on_record(run_log::sample_config());
  observer.on_progress({});
  observer.on_record(run_log::sample_update(1));
  observer.on_record(run_log::sample_valid(2));
  observer.on_record(run_log::sample_checkpoint(2));
  observer.on_record(run_log::sample_sharpness(2));
  observer.on_record(run_log::sample_event(3));
  observer.on_record(run_log::sample_end(3));
  const std::vector<RunRecord> expected = {
      run_log::sample_config(),      run_log::sample_update(1),    run_log::sample_valid(2),
      run_log::sample_checkpoint(2), run_log::sample_sharpness(2), run_log::sample_event(3),
      run_log::sample_end(3)};
  EXPECT_EQ(run_log::read_run(folder.path("run.jsonl.gz")), expected);
}

TEST(LogObserver, AResumedRunKeepsItsFirstConfigLine) {
  nmt::testing::TempFolder folder;
  for (const int64_t memory : {100, 200}) {
    run_log::RunLog log(folder.path("run.jsonl.gz"));
    run_log::ConfigRecord config = run_log::sample_config();
    config.memory_bytes = memory;
    LogObserver(log).on_record(config);
  }
  const auto records = run_log::read_run(folder.path("run.jsonl.gz"));
  ASSERT_EQ(records.size(), 1u);
  EXPECT_EQ(std::get<run_log::ConfigRecord>(records[0]).memory_bytes, 100);
}

TEST(ObserverGroup, PassesEverythingOnInOrder) {
  struct Recorder : TrainingObserver {
    Recorder(std::string name, std::string& calls) : name(std::move(name)), calls(calls) {}
    void on_progress(const Progress&) override { calls += name + "progress "; }
    void on_record(const run_log::RunRecord& record) override {
      calls +=
          name + std::visit([](const auto& one) { return std::string(one.kType); }, record) + " ";
    }
    std::string name;
    std::string& calls;
  };
  std::string calls;
  Recorder a("a.", calls), b("b.", calls);
  ObserverGroup group;
  group.add(a);
  group.add(b);
  group.on_record(run_log::sample_config());
  group.on_progress({});
  group.on_record(run_log::sample_update(1));
  group.on_record(run_log::sample_end(1));
  EXPECT_EQ(calls, "a.config b.config a.progress b.progress a.update b.update a.end b.end ");
}

}  // namespace
}  // namespace nmt::train::log_observer_test
