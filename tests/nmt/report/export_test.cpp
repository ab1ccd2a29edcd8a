#include "nmt/report/export.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/nmt/report/planted_study.h"

namespace nmt::report::export_test {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines(1);
  for (const char c : text) {
    if (c == '\n') {
      lines.emplace_back();
    } else {
      lines.back() += c;
    }
  }
  return lines;
}

TEST(TableCsv, HasALineForEachGroup) {
  const auto runs = planted_runs({collapsing_run(1, true), collapsing_run(2, false)});
  const std::vector<std::string> lines =
      lines_of(table_csv(compare_runs(runs, {.nll = 1, .bleu = 30})));
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[0],
            "architecture,variant,depth,learning_rate,settings,seeds,runs,finished,collapsed,"
            "diverged,did_not_learn,plateau,unfinished,dv,judged,best_bleu,best_bleu_deviation,"
            "best_valid_nll,"
            "best_valid_nll_deviation,final_train_nll,final_train_nll_deviation,nll_threshold,"
            "updates_to_nll,updates_to_nll_deviation,bleu_threshold,updates_to_bleu,"
            "updates_to_bleu_deviation,lowest_entropy,lowest_entropy_kind,lowest_entropy_layer,"
            "collapse_update,divergence_update,tokens_per_second,tokens_per_second_deviation,"
            "peak_mib");
  EXPECT_EQ(lines[1],
            "postln-18L,postln,18L,0.0007,,\"1, 2\",2,0,2,1,0,0,0,1,1,40.5,0,2.25,0,7,0,1,,,"
            "30,500,0,0.015,cross,2,840,960,51,0,902");
}

TEST(CurvesCsv, HasEveryRecord) {
  PlantedLog log;
  log.config("pre\"ln,x", 0.5, 1).update(1, 6.5).update(2, "nan").update(3, "inf").valid(3, 2, 9.5);
  const std::vector<std::string> lines = lines_of(curves_csv(planted_runs({log})));
  ASSERT_EQ(lines.size(), 6u);
  EXPECT_EQ(
      lines[0],
      "run,kind,update,tokens,seconds,nll,bleu,gradient_norm,learning_rate,tokens_per_second");
  EXPECT_EQ(lines[1], "\"pre\"\"ln,x, lr 0.5, seed 1\",update,1,100,2,6.5,,1.5,0.001,51");
  EXPECT_THAT(lines[2], HasSubstr(",update,2,200,4,,,1.5"));
  EXPECT_THAT(lines[3], HasSubstr(",update,3,300,6,inf,,1.5"));
  EXPECT_THAT(lines[4], HasSubstr(",valid,3,,,2,9.5,,,"));
}

TEST(AsJson, HasSummaryTableAndRuns) {
  const auto runs = planted_runs({collapsing_run(1, true)});
  const ordered_json json = ordered_json::parse(json_text(runs, compare_runs(runs, {})));
  EXPECT_EQ(json["table"][0]["collapse_update"], 840);
  EXPECT_EQ(json["table"][0]["best_bleu_deviation"], nullptr);
  EXPECT_EQ(json["runs"][0]["updates"].size(), 120u);
  EXPECT_EQ(json["runs"][0]["valid"][1]["bleu"], 0);
  EXPECT_EQ(json["runs"][0]["events"][0]["fields"]["layer"], 2);
  EXPECT_THAT(json["summary"][0]["heading"].get<std::string>(), StartsWith("postln-18L"));
}

}  // namespace
}  // namespace nmt::report::export_test
