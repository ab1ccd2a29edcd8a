#include "nmt/report/page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/text/error.h"
#include "nmt/report/page_data.h"
#include "tests/nmt/report/planted_study.h"

namespace nmt::report::page_test {
namespace {

using nmt::testing::message_of;
using ::testing::HasSubstr;
using ::testing::Not;

std::string page_of(const std::string& title, const std::vector<Run>& runs,
                    size_t largest = kLargestPage) {
  return make_page(title, runs, compare_runs(runs, {}), largest);
}

// The data block, by the page's own markers.
ordered_json data_of(const std::string& page) {
  const std::string begin = "id=\"report-data\">";
  const size_t from = page.find(begin) + begin.size();
  return ordered_json::parse(page.substr(from, page.find("</script>", from) - from));
}

size_t count_of(const std::string& text, const std::string& word) {
  size_t count = 0;
  for (size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++count;
  return count;
}

// A long run of a deep model.
std::vector<Run> deep_runs(size_t layers, size_t heads, int64_t records) {
  PlantedLog log;
  log.config("postln-" + std::to_string(layers) + "L", 0.001, 1);
  const std::vector<std::vector<double>> rows(layers, std::vector<double>(heads, 0.25));
  for (int64_t update = 1; update <= records; ++update) {
    log.update(update, 3, {{"encoder_self", rows}, {"decoder_self", rows}, {"cross", rows}});
  }
  return planted_runs({log.end()});
}

TEST(Page, HoldsEverythingAndAsksForNothing) {
  const std::string page = page_of(
      "A comparison", planted_runs({collapsing_run(1, true), calm_run("preln-6L", 1, 1, 50)}));
  EXPECT_THAT(page, HasSubstr("<title>A comparison</title>"));
  EXPECT_THAT(page, HasSubstr("default-src 'none'"));
  EXPECT_THAT(page, HasSubstr("2 runs in 2 groups"));
  EXPECT_THAT(page, Not(HasSubstr("{{")));
  for (const char* outside : {" src=", "<link", "@import", "fetch(", "url(http"}) {
    EXPECT_THAT(page, Not(HasSubstr(outside)));
  }
  const ordered_json data = data_of(page);
  ASSERT_EQ(data["runs"].size(), 2u);
  EXPECT_EQ(data["runs"][0]["outcome"], "diverged");
  EXPECT_EQ(data["runs"][0]["events"][0]["layer"], 2);
  EXPECT_EQ(data["runs"][1]["curves"]["nll"], ordered_json({6, 1}));
}

TEST(Page, LetsNothingOfALogBecomeMarkup) {
  const std::string evil = "</script><script>alert(1)</script><img src=x onerror=alert(2)>{{DATA}}";
  PlantedLog log;
  log.config(evil, 0.001, 1, {{"note-" + evil, evil}}).update(1, 2);
  log.event(evil, 1, {{"first_update", 1}}, evil).end(evil, {{"reason", evil}});
  const std::string harmless = page_of("x", planted_runs({calm_run("preln-6L", 1, 1, 50)}));
  const std::string page = page_of(evil, planted_runs({log}));
  for (const char* tag : {"<script", "</script", "<img", "<style"}) {
    EXPECT_EQ(count_of(page, tag), count_of(harmless, tag)) << tag;
  }
  EXPECT_EQ(data_of(page)["runs"][0]["architecture"], evil);
}

TEST(Page, StaysBelowItsLimitHoweverDeepAndLong) {
  const auto runs = deep_runs(100, 8, 300);
  const std::string page = page_of("deep", runs);
  EXPECT_LT(page.size(), kLargestPage);
  const ordered_json fine = data_of(page)["runs"][0];
  EXPECT_EQ(fine["attention"].size(), 3u);
  EXPECT_TRUE(fine["attention"][2].contains("by_head"));
  const std::string small = page_of("deep", runs, 400'000);
  EXPECT_LT(small.size(), 400'000u);
  EXPECT_LT(data_of(small)["runs"][0]["columns"]["layer"].size(), fine["columns"]["layer"].size());
}

TEST(Page, SaysWhenItCannotBeSmallEnough) {
  const auto runs = planted_runs({calm_run("preln-6L", 1, 1, 50)});
  EXPECT_THAT(message_of<InputError>([&] { page_of("x", runs, 1000); }),
              HasSubstr("at its coarsest, more than 1000: give fewer runs"));
}

TEST(PageLimits, HalveUntilNothingIsLeft) {
  PageLimits limits;
  int times = 0;
  while (halve(limits)) ++times;
  EXPECT_LT(times, 20);
  EXPECT_EQ(limits.head_columns, 0u);
  EXPECT_EQ(limits.matrix_columns, 0u);
  EXPECT_GE(limits.heat_columns, 2u);
}

TEST(PageData, ReducesColumnsWithTheirStarts) {
  const auto runs = deep_runs(2, 1, 60);  // planted_runs() keeps 64 columns.
  const Comparison comparison = compare_runs(runs, {});
  const ordered_json data = page_data(runs, comparison, {600, 32, 8, 8})["runs"][0];
  EXPECT_EQ(data["columns"]["layer"].size(), 30u);
  EXPECT_EQ(data["columns"]["layer"][1], 3);
  EXPECT_EQ(data["columns"]["head"].size(), 8u);
  EXPECT_EQ(data["columns"]["head"][7], 57);
  const std::string packed = data["attention"][0]["relative_mean"];
  EXPECT_EQ(packed.size(), 160u);  // 2 layers, 30 columns, 2 bytes, 4 characters for 3 of them.
}

}  // namespace
}  // namespace nmt::report::page_test
