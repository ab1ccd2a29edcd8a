// Where a run stands, out of logs such as nmt-train writes; real ones: tests/programs/sweep_test.

#include "nmt/sweep/run_status.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>

#include "data/text/error.h"
#include "tests/testing/temp_folder.h"

namespace nmt::sweep::run_status_test {
namespace {

constexpr const char* kConfig =
    R"({"type":"config","architecture":"preln-1L","config":{"d-model":16,"heads":2},"memory_bytes":4711})"
    "\n";
constexpr const char* kEnd =
    R"({"type":"end","update":20,"reason":"max-updates","status":"collapsed","collapsed":true})"
    "\n";

std::string update(int number, const std::string& nll, const std::string& filler = "") {
  return concatenate(
      R"({"type":"update","update":)", number, R"(,"loss":2.5,"nll":)", nll, R"(,"tokens":)",
      100 * number, R"(,"tokens_per_second":250.5,"seconds":)", number, R"(,"attention":[)",
      R"({"kind":"encoder_self","layer":1,"relative_entropy":[0.5,0.25]},)",
      R"({"kind":"cross","layer":1,"relative_entropy":["nan",0.75]}],"filler":")", filler, "\"}\n");
}

std::string valid(int number, const std::string& bleu) {
  return concatenate(R"({"type":"valid","update":)", number, R"(,"nll":1.5,"bleu":)", bleu, "}\n");
}

class RunStatusTest : public ::testing::Test {
 protected:
  RunStatus status(const std::string& log) {
    return read_run_status(folder_.write("run.jsonl", log));
  }
  nmt::testing::TempFolder folder_;
};

TEST_F(RunStatusTest, TheNewestRecordsCount) {
  const RunStatus found = status(kConfig + update(10, "3.5") + valid(10, "11.5") +
                                 update(20, "3.25") + valid(20, "12.5") + kEnd);
  EXPECT_EQ(found.config["d-model"], 16);
  EXPECT_EQ(found.memory_bytes, 4711);
  EXPECT_EQ(found.update, 20);
  EXPECT_EQ(found.tokens, 2000);
  EXPECT_EQ(found.nll, 3.25);
  EXPECT_EQ(found.tokens_per_second, 250.5);
  EXPECT_EQ(found.seconds, 20.0);
  EXPECT_EQ(found.least_entropy, 0.25);
  EXPECT_EQ(found.bleu, 12.5);
  EXPECT_EQ(found.end_reason, "max-updates");
  EXPECT_EQ(found.end_status, "collapsed");
  EXPECT_TRUE(found.has_result());
}

TEST_F(RunStatusTest, OnlyAnEndThatIsTheLastLineAndNoInterruptionIsAResult) {
  EXPECT_FALSE(status(kConfig + update(10, "3.5")).has_result());
  EXPECT_FALSE(status(kConfig + std::string(kEnd) + update(30, "3.5")).has_result());
  const std::string interrupted =
      R"({"type":"end","update":20,"reason":"interrupted","status":"ok"})"
      "\n";
  EXPECT_FALSE(status(kConfig + update(10, "3.5") + interrupted).has_result());
  EXPECT_EQ(status(kConfig + interrupted).end_reason, "interrupted");
}

TEST_F(RunStatusTest, TheEndSaysWhetherTheRunTrained) {
  const auto ended = [&](const std::string& rest) {
    return status(kConfig + update(10, "3.5") + R"({"type":"end","update":20,)" + rest + "}\n");
  };
  EXPECT_EQ(ended(R"("reason":"max-updates","status":"ok","learnt":true)").did_not_train(), false);
  EXPECT_EQ(
      ended(R"("reason":"max-updates","status":"did_not_learn","learnt":false)").did_not_train(),
      true);
  EXPECT_EQ(ended(R"("reason":"max-updates","status":"diverged","learnt":null)").did_not_train(),
            true);
  EXPECT_EQ(ended(R"("reason":"max-updates","status":"not_judged","learnt":null)").did_not_train(),
            std::nullopt);
  EXPECT_EQ(ended(R"("reason":"interrupted","status":"not_judged")").did_not_train(), std::nullopt);
}

TEST_F(RunStatusTest, LogsFromBeforeThereWasAVerdictOnLearning) {
  const std::string config = kConfig + update(10, "3.5");
  EXPECT_EQ(status(config + kEnd).did_not_train(), std::nullopt);
  const RunStatus gave_up =
      status(config + R"({"type":"end","update":20,"reason":"non-finite","status":"failed"})"
                      "\n");
  EXPECT_EQ(gave_up.end_status, "diverged");
  EXPECT_EQ(gave_up.did_not_train(), true);
}

TEST_F(RunStatusTest, ATornLastLineIsPassedOver) {
  const std::string end = kEnd;
  const RunStatus torn = status(kConfig + update(10, "3.5") + end.substr(0, end.size() / 2));
  EXPECT_EQ(torn.update, 10);
  EXPECT_FALSE(torn.has_result());
  EXPECT_FALSE(status(kConfig + update(10, "3.5") + end.substr(0, end.size() - 1)).has_result());
  EXPECT_TRUE(status(std::string(kConfig).substr(0, 30)).config.is_null());
}

TEST_F(RunStatusTest, NumbersThatAreNoneHaveNoValue) {
  const RunStatus found = status(kConfig + update(10, "\"nan\"") + valid(10, "null"));
  EXPECT_TRUE(std::isnan(found.nll));
  EXPECT_FALSE(found.bleu.has_value());
  EXPECT_TRUE(std::isnan(status(kConfig).least_entropy));
}

// Records longer than what is read at first, the validation far from the end.
TEST_F(RunStatusTest, LongLogsAreReadFromTheEnd) {
  std::string log = kConfig + update(1, "9.0") + valid(1, "1.5");
  for (int number = 2; number < 30; ++number)
    log += update(number, "3.5", std::string(40'000, 'x'));
  const RunStatus found = status(log + update(30, "3.25", std::string(90'000, 'x')));
  EXPECT_EQ(found.update, 30);
  EXPECT_EQ(found.nll, 3.25);
  EXPECT_EQ(found.bleu, 1.5);
  EXPECT_EQ(found.config["heads"], 2);
}

TEST_F(RunStatusTest, ALogMayBePackedByAnotherProgram) {
  const std::string log =
      kConfig + update(10, "3.5") + valid(10, "11.5") + update(20, "3.25") + kEnd;
  const std::string path = folder_.write("run.jsonl", log);
  ASSERT_EQ(std::system(("gzip " + path).c_str()), 0);
  const RunStatus found = read_run_status(path + ".gz");
  EXPECT_EQ(found.config["d-model"], 16);
  EXPECT_EQ(found.update, 20);
  EXPECT_EQ(found.nll, 3.25);
  EXPECT_EQ(found.bleu, 11.5);
  EXPECT_TRUE(found.has_result());
}

TEST_F(RunStatusTest, WithoutALogThereIsNothing) {
  const RunStatus none = read_run_status(folder_.path("absent.jsonl"));
  EXPECT_TRUE(none.config.is_null());
  EXPECT_EQ(none.update, 0);
  EXPECT_FALSE(none.has_result());
  EXPECT_FALSE(status("").has_result());
}

TEST_F(RunStatusTest, TheNearestLimitSaysHowMuchIsLeft) {
  RunStatus found;
  found.update = 30;
  found.tokens = 600;
  found.seconds = 120.0;
  config::ScheduleConfig limits;
  limits.max_updates = 0;
  EXPECT_FALSE(seconds_left(found, limits).has_value());
  limits.max_updates = 120;
  EXPECT_DOUBLE_EQ(done_fraction(found, limits), 0.25);
  EXPECT_DOUBLE_EQ(*seconds_left(found, limits), 360.0);
  limits.max_target_tokens = 1000;
  EXPECT_DOUBLE_EQ(*seconds_left(found, limits), 80.0);
  limits.max_minutes = 2.5;
  EXPECT_DOUBLE_EQ(*seconds_left(found, limits), 30.0);
}

}  // namespace
}  // namespace nmt::sweep::run_status_test
