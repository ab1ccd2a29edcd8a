// The end of a log: the newest records, however far from it, and nothing of what is torn.

#include "nmt/run_log/run_tail.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "data/text/gzip_blocks.h"
#include "nmt/run_log/run_record_json.h"
#include "tests/nmt/run_log/sample_records.h"
#include "tests/testing/temp_folder.h"

namespace nmt::run_log::run_tail_test {
namespace {

std::string plain_line(const std::string& text) {
  return text + "\n";
}
std::string block(const std::string& text) {
  return text::gzip_block(text + "\n");
}

// Each log plainly and in blocks.
class RunTailTest : public ::testing::TestWithParam<std::string (*)(const std::string&)> {
 protected:
  std::string line(const std::string& text) const { return GetParam()(text); }
  std::string line_of(const RunRecord& record) const { return line(to_json(record).dump()); }
  RunTail tail(const std::string& log) { return read_tail(folder_.write("log", log)); }
  nmt::testing::TempFolder folder_;
};

INSTANTIATE_TEST_SUITE_P(Logs, RunTailTest, ::testing::Values(plain_line, block));

TEST_P(RunTailTest, TheNewestRecordsCount) {
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

TEST_P(RunTailTest, RecordsFarFromTheEndOfALongLog) {
  EventRecord event = sample_event(2);
  std::mt19937 random(1);  // So that packing does not shorten it much.
  for (int i = 0; i < 40'000; ++i) event.message += static_cast<char>('0' + random() % 64);
  std::string log = line_of(sample_config()) + line_of(sample_valid(1)) + line_of(sample_update(1));
  for (int i = 0; i < 10; ++i) log += line_of(event);
  EXPECT_EQ(tail(log).valid, sample_valid(1));
  EXPECT_EQ(tail(log).update, sample_update(1));
  EXPECT_FALSE(tail(log).end);
}

TEST_P(RunTailTest, WhatIsTornOrNoRecordIsPassedOver) {
  const std::string kept = line_of(sample_config()) + line_of(sample_update(1));
  const std::string torn = line_of(sample_update(2));
  for (size_t bytes = 0; bytes < torn.size(); bytes += 7) {
    EXPECT_EQ(tail(kept + torn.substr(0, bytes)).update, sample_update(1)) << bytes << " bytes";
  }
  EXPECT_EQ(tail(kept + torn.substr(0, torn.size() - 1)).update, sample_update(1));
  EXPECT_EQ(tail(kept + line("{\"type\":\"update\",\"update\":\"two\"}")).update, sample_update(1));
  EXPECT_FALSE(tail(line_of(sample_config()).substr(0, 40)).config);
}

TEST(PackedLog, IsReadFromItsBeginning) {
  nmt::testing::TempFolder folder;
  const std::string log =
      plain_line(to_json(sample_config()).dump()) + plain_line(to_json(sample_update(1)).dump()) +
      plain_line(to_json(sample_valid(1)).dump()) + plain_line(to_json(sample_end(1)).dump());
  const std::string path = folder.write("run.jsonl", log);
  ASSERT_EQ(std::system(("gzip " + path).c_str()), 0);
  const RunTail found = read_tail(path + ".gz");
  EXPECT_EQ(found.config, sample_config());
  EXPECT_EQ(found.update, sample_update(1));
  EXPECT_EQ(found.valid, sample_valid(1));
  EXPECT_EQ(found.end, sample_end(1));
}

TEST_P(RunTailTest, WithoutALogThereIsNothing) {
  const RunTail none = read_tail(folder_.path("absent.jsonl"));
  EXPECT_FALSE(none.config || none.update || none.valid || none.end);
  EXPECT_FALSE(tail("").config);
}

}  // namespace
}  // namespace nmt::run_log::run_tail_test
