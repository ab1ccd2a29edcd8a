// The page that nmt-report writes, in a real browser: it draws, answers clicks, and logs no error.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/nmt/report/planted_study.h"
#include "tests/programs/browser.h"

namespace nmt::programs::report_page_test {
namespace {

using report::ordered_json;
using report::PlantedLog;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

size_t count_of(const std::string& text, const std::string& word) {
  size_t count = 0;
  for (size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++count;
  return count;
}

// A run with every key that a log can have.
PlantedLog full_run() {
  PlantedLog log;
  log.config("deepnorm-sigma-2L", 0.002, 5);
  for (int64_t update = 1; update <= 40; ++update) {
    ordered_json attention = ordered_json::array(), matrices = ordered_json::array();
    for (const char* kind : {"encoder_self", "decoder_self", "cross"}) {
      for (int64_t layer = 1; layer <= 2; ++layer) {
        attention.push_back(
            {{"kind", kind},
             {"layer", layer},
             {"entropy", {1.5, 2}},
             {"relative_entropy", {0.5, 0.75}},
             {"min_entropy", {0.25, 0.5}},
             {"max_logit", {3, update == 7 ? ordered_json("inf") : ordered_json(4)}},
             {"relative_quantiles", {{0, 0.25, 0.5, 0.75, 1}, {0, 0, 0, 1, 1}}},
             {"bound", {0.5, nullptr}},
             {"bound_entropy", {1.5, nullptr}}});
      }
    }
    for (const char* name : {"encoder.layers.0.self_attn.q_proj", "decoder.layers.0.ffn.fc1"}) {
      matrices.push_back({{"name", name}, {"sigma", 2}, {"gamma", 1.5}, {"update_ratio", 1e-3}});
    }
    log.line(
        {{"type", "update"},
         {"update", update},
         {"nll", update == 9 ? ordered_json("nan") : ordered_json(7.0 / update)},
         {"gradient_norm", 1},
         {"learning_rate", 1e-3},
         {"tokens", update * 10},
         {"seconds", update * 1.5},
         {"attention", attention},
         {"matrices", matrices},
         {"stream",
          {{{"stack", "encoder"}, {"layer", 1}, {"activation_rms", 1}, {"gradient_rms", 1e-4}},
           {{"stack", "decoder"}, {"layer", 1}, {"activation_rms", 2}, {"gradient_rms", 0}}}}});
  }
  log.line({{"type", "sharpness"}, {"update", 20}, {"sharpness", 30}, {"preconditioned", 900}});
  log.line({{"type", "sharpness"}, {"update", 40}, {"sharpness", 40}, {"preconditioned", 800}});
  return log.event("temperature", 30, {{"kind", "cross"}, {"temperature", 0.5}}).end();
}

class ReportPage : public ::testing::Test {
 protected:
  void SetUp() override {
    browser_ = find_browser();
    if (browser_) return;
    ASSERT_EQ(std::getenv("NMT_REQUIRE_BROWSER"), nullptr) << "no browser in PATH";
    GTEST_SKIP() << "no browser in PATH; 'tools/setup --browser' installs Chromium";
  }

  std::string page_over(const std::vector<PlantedLog>& logs) {
    const nmt::testing::TempFolder folder;
    std::vector<std::string> words = {NMT_REPORT, "-o", folder.path("page.html")};
    for (const PlantedLog& log : logs) {
      words.push_back(folder.write(std::to_string(words.size()) + ".jsonl", log.text()));
    }
    const Result result = run(words, {.folder = folder.path(), .largest_file = std::nullopt});
    EXPECT_EQ(result.status, 0) << result.errors;
    return folder.read("page.html");
  }

  LoadedPage load(const std::vector<PlantedLog>& logs, const std::string& script = "") {
    return load_page(*browser_, page_over(logs), script);
  }

  std::optional<std::string> browser_;
};

TEST_F(ReportPage, DrawsEverythingWithoutAnError) {
  const LoadedPage page =
      load({report::collapsing_run(1, true), full_run(), report::calm_run("preln-6L", 1, 1.5, 40)});
  EXPECT_THAT(page.messages, IsEmpty());
  EXPECT_THAT(page.document, HasSubstr("data-ready=\"true\""));
  EXPECT_EQ(count_of(page.document, "class=\"tile\""), 3u);
  // The collapsing run is shown: 5 curves; 1 heat map, 3 head charts; 2 families, 1 map of weights.
  EXPECT_EQ(count_of(page.document, "<figure"), 12u);
  EXPECT_EQ(count_of(page.document, "role=\"img\""), 12u);
  for (const char* broken : {"\"NaN", "MNaN", "LNaN"}) {
    EXPECT_THAT(page.document, Not(HasSubstr(broken)));
  }
}

TEST_F(ReportPage, ShowsEveryKeyOfANewLog) {
  const LoadedPage page = load({full_run()});
  EXPECT_THAT(page.messages, IsEmpty());
  for (const char* text : {"Entropy and its Theorem 3.1 bound", "Preconditioned sharpness",
                           "Encoder: RMS of the layer", "temperature: it happened"}) {
    EXPECT_THAT(page.document, HasSubstr(text));
  }
}

TEST_F(ReportPage, AnswersClicks) {
  const LoadedPage page =
      load({report::collapsing_run(1, true), full_run(), report::calm_run("preln-6L", 1, 1.5, 40)},
           R"js(
    const press = (text) => [...document.querySelectorAll("button")].filter((b) => b.textContent.includes(text)).forEach((b) => b.click());
    const told = {};
    const curves = () => document.querySelectorAll("#curves-charts path.curve").length;
    const before = curves();
    document.querySelectorAll("#curves-legend button")[1].click();
    told.hidden = before - curves();
    press("log"); press("tokens"); press("minutes"); press("lowest head"); press("largest logit"); press("smallest row");
    told.axis = document.querySelector("#curves-charts svg").textContent.includes("minutes of training");
    document.querySelectorAll(".tile")[0].click();
    told.run = document.querySelector("#run-controls select").selectedOptions[0].textContent;
    const head = [...document.querySelectorAll("#head-detail select")][1];
    head.value = "2"; head.dispatchEvent(new Event("change"));
    told.bands = document.querySelectorAll("#head-detail .band").length;
    document.querySelectorAll("#weights-charts figure")[1].click();
    told.family = document.querySelector("#weights-map figcaption").textContent;
    const heading = [...document.querySelectorAll("#study-table th")].find((th) => th.textContent === "Best valid nll");
    const column = heading.cellIndex;
    const cells = () => [...document.querySelectorAll("#study-table tbody tr")].map((tr) => tr.cells[column].textContent).join(" ");
    heading.click(); told.up = cells();
    heading.click(); told.down = cells();
    for (const figure of document.querySelectorAll("figure svg")) {
      const box = figure.getBoundingClientRect();
      figure.dispatchEvent(new PointerEvent("pointermove", { clientX: box.left + box.width / 2, clientY: box.top + 30, bubbles: true }));
    }
    told.readOut = document.getElementById("read-out").textContent.length > 0;
    document.title = JSON.stringify(told);
  )js");
  EXPECT_THAT(page.messages, IsEmpty());
  const size_t from = page.document.find("<title>") + 7;
  const ordered_json told =
      ordered_json::parse(page.document.substr(from, page.document.find("</title>") - from));
  EXPECT_EQ(told["hidden"], 5);  // A line in each chart.
  EXPECT_EQ(told["axis"], true);
  EXPECT_EQ(told["run"], "deepnorm-sigma-2L, lr 0.002, seed 5 (finished)");
  EXPECT_EQ(told["bands"], 2);
  EXPECT_EQ(told["family"], "Feed-forward 1, decodereffective \xcf\x83");
  EXPECT_EQ(told["up"], "1.500 2.250 \xe2\x80\x93");
  EXPECT_EQ(told["down"], "2.250 1.500 \xe2\x80\x93");
  EXPECT_EQ(told["readOut"], true);
}

TEST_F(ReportPage, RunsNothingThatALogBrings) {
  const std::string evil =
      "</script><script>document.documentElement.dataset.hacked=1</script>"
      "<img src=x onerror=\"document.documentElement.dataset.hacked=1\">";
  PlantedLog log;
  log.config(evil, 0.001, 1, {{evil, evil}});
  log.update(1, 3, {{"cross", {{0.5}}}}, {{{"name", evil + ".q_proj"}, {"sigma", 1}}});
  log.event("collapse", 1, {{"kind", "cross"}, {"layer", 99}}, evil);
  log.event("spike", 1, {{"first_update", 1}}, evil).end(evil, {{"reason", evil}});
  const LoadedPage page = load({log});
  EXPECT_THAT(page.messages, IsEmpty());
  EXPECT_THAT(page.document, HasSubstr("data-ready=\"true\""));
  EXPECT_THAT(page.document, Not(HasSubstr("data-hacked")));
}

TEST_F(ReportPage, CopesWithALogThatHasHardlyAnything) {
  PlantedLog bare, one;
  bare.config("preln-6L", 0.001, 1);
  one.config("preln-6L", 0.001, 2).update(1, "inf", {{"cross", {{0.5}}}});
  const LoadedPage page = load({bare, one});
  EXPECT_THAT(page.messages, IsEmpty());
  EXPECT_THAT(page.document, HasSubstr("data-ready=\"true\""));
}

}  // namespace
}  // namespace nmt::programs::report_page_test
