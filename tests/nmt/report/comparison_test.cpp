#include "nmt/report/comparison.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "nmt/report/comparison_table.h"
#include "tests/nmt/report/planted_study.h"

namespace nmt::report::comparison_test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(Spread, IsMeanAndSampleDeviation) {
  const Spread three = spread({1, kNoValue, 2, 6});
  EXPECT_EQ(three.count, 3u);
  EXPECT_DOUBLE_EQ(three.mean, 3);
  EXPECT_DOUBLE_EQ(three.deviation, std::sqrt(7.0));  // (4 + 1 + 9) / 2
  EXPECT_TRUE(std::isnan(spread({5}).deviation));
  EXPECT_DOUBLE_EQ(spread({5}).mean, 5);
  EXPECT_TRUE(std::isnan(spread({kNoValue}).mean));
}

class StudyOfThreeSeeds : public ::testing::Test {
 protected:
  std::string cell(const std::string& heading, size_t row = 0) const {
    for (size_t i = 0; i < table_.columns.size(); ++i) {
      if (table_.columns[i].heading == heading) return table_.rows.at(row).at(i).text;
    }
    return "no column " + heading;
  }

  const std::vector<report::Run> runs_ =
      planted_runs({collapsing_run(1, true), collapsing_run(2, false),
                    calm_run("postln-18L", 3, 1.5, 50), calm_run("preln-6L", 1, 1.25, 60)});
  const Comparison comparison_ = compare_runs(runs_, {.nll = 2.0, .bleu = 45});
  const ComparisonTable table_ = comparison_table(comparison_);
};

TEST_F(StudyOfThreeSeeds, CountsOutcomes) {
  ASSERT_EQ(comparison_.rows.size(), 2u);
  EXPECT_EQ(cell("Outcome"), "diverged 1 of 3, collapsed 2 of 3, finished 1 of 3");
  EXPECT_EQ(cell("Seeds"), "1, 2, 3");
  EXPECT_EQ(cell("Variant"), "postln");
  EXPECT_EQ(cell("Depth"), "18L");
}

TEST_F(StudyOfThreeSeeds, GivesMeansWithDeviations) {
  EXPECT_EQ(cell("Best BLEU"), "43.7 \xc2\xb1 5.5");          // 40.5, 40.5, 50
  EXPECT_EQ(cell("Best valid nll"), "2.000 \xc2\xb1 0.433");  // 2.25, 2.25, 1.5
}

TEST_F(StudyOfThreeSeeds, GivesEventsAndExtremesWithTheirPlace) {
  EXPECT_EQ(cell("Collapse"), "840 (2 of 3)");
  EXPECT_EQ(cell("Divergence"), "960 (1 of 3)");
  EXPECT_EQ(cell("Lowest entropy"), "0.015, cross 2");
  EXPECT_EQ(cell("Peak MiB"), "902");
  EXPECT_EQ(cell("Updates to nll 2"), "20 (1 of 3)");
  EXPECT_EQ(cell("Updates to BLEU 45"), "20 (1 of 3)");
}

TEST_F(StudyOfThreeSeeds, ShowsASingleSeedWithoutDeviation) {
  EXPECT_EQ(cell("Outcome", 1), "finished");
  EXPECT_EQ(cell("Best BLEU", 1), "60.0");
  EXPECT_EQ(cell("Collapse", 1), "\xe2\x80\x93");
  EXPECT_EQ(cell("Final train nll", 1), "3.625");  // (6 + 1.25) / 2: fewer records than ten.
}

TEST_F(StudyOfThreeSeeds, IsShortInATerminal) {
  const std::string text = as_text(table_);
  EXPECT_THAT(text, HasSubstr("postln     18L"));
  EXPECT_THAT(text, Not(HasSubstr("Tokens/s")));
  EXPECT_EQ(std::ranges::count(text, '\n'), 3);
}

// As the paper counts: runs that diverged or did not learn, of those of which that is known.
TEST(Comparison, CountsDv) {
  const auto dv = [](const std::vector<PlantedLog>& logs) {
    const auto runs = planted_runs(logs);
    const ComparisonTable table = comparison_table(compare_runs(runs, {}));
    const auto column = std::ranges::find(table.columns, "DV", &TableColumn::heading);
    return table.rows.at(0).at(static_cast<size_t>(column - table.columns.begin())).text;
  };
  EXPECT_EQ(dv({judged_run(1, false), judged_run(2, true), judged_run(3, true)}), "1/3");
  EXPECT_EQ(dv({judged_run(1, true, "falls"), judged_run(2, false, "stands")}), "1/2");
  // Older logs know only of divergence; so does a run that ended too early.
  EXPECT_EQ(dv({collapsing_run(1, true), collapsing_run(2, false), judged_run(3, true)}), "1/2");
  EXPECT_EQ(dv({calm_run("preln-6L", 1, 3, 20)}), "\xe2\x80\x93");
}

TEST(Comparison, NamesWhatDidNotLearn) {
  const auto runs = planted_runs({judged_run(1, false), judged_run(2, false, "stands")});
  const Comparison comparison = compare_runs(runs, {});
  EXPECT_EQ(comparison.rows.at(0).outcome(), "collapsed 1 of 2, did not learn 2 of 2");
  EXPECT_EQ(outcome(comparison.rows[0].runs[0].facts), "did not learn");
  EXPECT_EQ(outcome(comparison.rows[0].runs[1].facts), "collapsed");
  EXPECT_EQ(comparison.rows[0].finished, 0u);
}

// An older log of a run that gave up on gradients: no event, and a status that is no longer known.
TEST(Comparison, ARunThatGaveUpHasDiverged) {
  PlantedLog log;
  log.config("postln-6L", 0.5, 1).update(10, 3.5e9);
  log.event("non_finite", 11, {{"loss", 3.5e9}}).update(20, 3.5e9);
  log.line({{"type", "end"}, {"reason", "non-finite"}, {"status", "failed"}, {"diverged", false}});
  const auto runs = planted_runs({log});
  const Comparison comparison = compare_runs(runs, {});
  EXPECT_EQ(comparison.rows.at(0).outcome(), "diverged");
  EXPECT_EQ(comparison.rows[0].divergence_update, 11);
}

TEST(Comparison, ChoosesThresholdsFromTheBestRun) {
  const auto runs =
      planted_runs({calm_run("preln-6L", 1, 1.25, 60), calm_run("preln-18L", 1, 3, 20)});
  const Comparison comparison = compare_runs(runs, {});
  EXPECT_DOUBLE_EQ(comparison.thresholds.nll, 1.75);
  EXPECT_DOUBLE_EQ(comparison.thresholds.bleu, 30);
  EXPECT_EQ(comparison.rows[1].updates_to_nll.count, 0u);
}

TEST(ComparisonTable, AsHtmlIsEscapedAndSortable) {
  const ComparisonTable table{{{"A", "<x>"}}, {{{"<script>", 0.5}}, {{"plain"}}}};
  EXPECT_EQ(as_html(table),
            "<table id=\"study-table\"><thead><tr><th scope=\"col\" class=\"number\" "
            "title=\"&lt;x&gt;\">A</th></tr></thead><tbody><tr><td class=\"number\" "
            "data-sort=\"0.5\">&lt;script&gt;</td></tr>\n<tr><td class=\"number\">plain</td></tr>\n"
            "</tbody></table>");
}

}  // namespace
}  // namespace nmt::report::comparison_test
