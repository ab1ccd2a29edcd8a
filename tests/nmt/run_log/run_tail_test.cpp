// The end of a log: the newest records, however far from it, and nothing of what is torn.

#include "nmt/run_log/run_tail.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "nmt/run_log/run_record_json.h"
#include "tests/nmt/run_log/sample_records.h"
#include "tests/testing/temp_folder.h"

namespace nmt::run_log::run_tail_test {
namespace {

std::string line_of(const RunRecord& record) {
  return to_json(record).dump() + "\n";
}

class RunTailTest : public ::testing::Test {
 protected:
  RunTail tail(const std::string& log) { return read_tail(folder_.write("run.jsonl", log)); }
  nmt::testing::TempFolder folder_;
};

TEST_F(RunTailTest, TheNewestRecordsCount) {
  const std::string log = line_of(sample_config()) + line_of(sample_update(1)) +
                          line_of(sample_valid(1)) + line_of(sample_update(2)) +
                          line_of(sample_valid(2)) + line_of(sample_end(2));
  const RunTail found = tail(log);
  EXPECT_EQ(found.config, sample_config());
  EXPECT_EQ(found.update, sample_update(2));
  EXPECT_EQ(found.valid, sample_valid(2));
  EXPECT_EQ(found.end, sample_end(2));
  EXPECT_FALSE(tail(log + line_of(sample_event(3))).end);
}

TEST_F(RunTailTest, RecordsFarFromTheEndOfALongLog) {
  EventRecord event = sample_event(2);
  event.message = std::string(40'000, 'x');
  std::string log = line_of(sample_config()) + line_of(sample_valid(1)) + line_of(sample_update(1));
  for (int i = 0; i < 10; ++i) log += line_of(event);
  EXPECT_EQ(tail(log).valid, sample_valid(1));
  EXPECT_EQ(tail(log).update, sample_update(1));
  EXPECT_FALSE(tail(log).end);
}

TEST_F(RunTailTest, WhatIsTornOrNoRecordIsPassedOver) {
  const std::string kept = line_of(sample_config()) + line_of(sample_update(1));
  const std::string torn = line_of(sample_update(2));
  for (size_t bytes = 0; bytes < torn.size(); bytes += 13) {
    EXPECT_EQ(tail(kept + torn.substr(0, bytes)).update, sample_update(1)) << bytes << " bytes";
  }
  EXPECT_EQ(tail(kept + torn.substr(0, torn.size() - 1)).update, sample_update(1));
  EXPECT_EQ(tail(kept + "{\"type\":\"update\",\"update\":\"two\"}\n").update, sample_update(1));
  EXPECT_FALSE(tail(kept.substr(0, 40)).config);
}

TEST_F(RunTailTest, APackedLogCountsWhereThereIsNoOther) {
  const std::string log = line_of(sample_config()) + line_of(sample_update(1)) +
                          line_of(sample_valid(1)) + line_of(sample_end(1));
  const std::string path = folder_.write("run.jsonl", log);
  ASSERT_EQ(std::system(("gzip " + path).c_str()), 0);
  const RunTail found = read_tail(path);
  EXPECT_EQ(found.config, sample_config());
  EXPECT_EQ(found.update, sample_update(1));
  EXPECT_EQ(found.valid, sample_valid(1));
  EXPECT_EQ(found.end, sample_end(1));
  EXPECT_EQ(tail(line_of(sample_config()) + line_of(sample_update(9))).update, sample_update(9));
}

TEST_F(RunTailTest, WithoutALogThereIsNothing) {
  const RunTail none = read_tail(folder_.path("absent.jsonl"));
  EXPECT_FALSE(none.config || none.update || none.valid || none.end);
  EXPECT_FALSE(tail("").config);
}

}  // namespace
}  // namespace nmt::run_log::run_tail_test
