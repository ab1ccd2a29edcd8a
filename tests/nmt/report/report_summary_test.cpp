#include "nmt/report/summary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>

#include "tests/nmt/report/planted_study.h"

namespace nmt::report::report_summary_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

std::vector<GroupSummary> summary_of(const std::vector<PlantedLog>& logs) {
  const auto runs = planted_runs(logs);
  return summary(compare_runs(runs, {}));
}

TEST(Summary, TellsWhatCameBeforeWhat) {
  const std::vector<GroupSummary> groups = summary_of({collapsing_run(1, true)});
  ASSERT_EQ(groups.size(), 1u);
  EXPECT_EQ(groups[0].heading, "postln-18L, learning rate 0.0007");
  EXPECT_EQ(groups[0].outcome, "diverged");
  EXPECT_THAT(
      groups[0].sentences,
      ElementsAre("Outcome: diverged, collapsed. Best validation nll 2.250 at update 500, best "
                  "BLEU 40.5.",
                  "Entropy collapse of cross attention, layer 2, at update 840, 120 updates before "
                  "the loss rose for good (update 960). The first head of that layer to fall below "
                  "a relative entropy of 0.05 was head 2 (update 830). By update 820, before that, "
                  "the largest logit of that layer had risen from 3 to 60 and the spectral norm of "
                  "decoder.layers.1.cross_attn.q_proj had risen from 2 to 8, the largest factor of "
                  "any matrix."));
}

TEST(Summary, KeepsACollapseWithoutDivergenceApart) {
  const std::vector<GroupSummary> groups = summary_of({collapsing_run(1, false)});
  EXPECT_THAT(groups[0].sentences[1], HasSubstr("at update 840; the loss did not diverge."));
}

TEST(Summary, TellsADivergenceWithoutCollapse) {
  PlantedLog log;
  log.config("preln-6L", 0.05, 3).update(1, 6, {{"cross", {{0.8}}}}).update(10, "nan");
  log.event("divergence", 10,
            {{"cause", "non_finite_loss"},
             {"first_update", 10},
             {"lowest_head",
              {{"kind", "cross"}, {"layer", 1}, {"head", 2}, {"relative_entropy", 0.25}}}});
  log.end("diverged");
  const std::vector<GroupSummary> groups = summary_of({log});
  EXPECT_THAT(groups[0].sentences[1],
              HasSubstr("The loss became non-finite at update 10, without an entropy collapse in "
                        "the log; the lowest head was then at 0.25 (cross attention, layer 1, head "
                        "2); the lowest relative entropy of a layer was 0.8 (cross attention, "
                        "layer 1, update 1)."));
}

TEST(Summary, CountsSeedsAndTakesCalmRunsTogether) {
  const std::vector<GroupSummary> groups =
      summary_of({collapsing_run(1, true), collapsing_run(2, false),
                  calm_run("postln-18L", 3, 1.5, 50), calm_run("postln-18L", 4, 1.25, 60)});
  ASSERT_EQ(groups.size(), 1u);
  const std::vector<std::string>& sentences = groups[0].sentences;
  ASSERT_EQ(sentences.size(), 4u);
  EXPECT_EQ(sentences[0],
            "Of 4 runs: diverged 1 of 4, collapsed 2 of 4, finished 2 of 4. Best "
            "validation nll 1.250 at update 20 (seed 4), best BLEU 60.0.");
  EXPECT_THAT(sentences[1], HasSubstr("Seed 1: entropy collapse"));
  EXPECT_THAT(sentences[2], HasSubstr("Seed 2: entropy collapse"));
  EXPECT_EQ(sentences[3],
            "Without either, 2 runs: lowest relative entropy of a layer 0.5 (cross "
            "attention, layer 1, update 20); largest logit 9 (cross attention, layer "
            "1, head 1, update 20).");
}

TEST(Summary, SaysUnfinishedUniformAndPlateau) {
  PlantedLog log;
  log.config("postln-18L", 0.001, 1).update(1, 6).update(500, 5.9, {{"cross", {{0.99}, {0.97}}}});
  log.event("plateau", 400, {{"first_update", 300}}).event("spike", 450, {{"first_update", 450}});
  const std::string sentence = summary_of({log})[0].sentences[1];
  EXPECT_THAT(sentence, HasSubstr("Plateau: the loss stopped falling from update 300 on."));
  EXPECT_THAT(sentence, HasSubstr("1 loss spike."));
  EXPECT_THAT(sentence, HasSubstr("cross attention looked at all keys nearly alike"));
  EXPECT_THAT(sentence, HasSubstr("Unfinished: the log ends at update 500."));
}

TEST(Summary, TakesTheLastMeasuredNormsBeforeAnEvent) {
  PlantedLog log;
  log.config("postln-6L", 0.001, 1);
  for (int64_t update = 1; update <= 30; ++update) {
    ordered_json matrices = ordered_json::array();  // Measured at update 1, 11 and 21.
    if (update % 10 == 1) matrices.push_back({{"name", "a.q_proj"}, {"sigma", update}});
    log.update(update, 3, {}, matrices);
  }
  log.divergence("loss_rise", 20).end("diverged");
  EXPECT_THAT(summary_of({log})[0].sentences[1],
              HasSubstr("By update 11, before that, the spectral norm of a.q_proj had risen from 1 "
                        "to 11, the largest factor of any matrix."));
}

TEST(Summary, SaysPlateauOnlyOfARunThatEndsOnOne) {
  PlantedLog left, stayed;
  left.config("postln-6L", 0.001, 1).update(9, 3).event("plateau", 5, {{"first_update", 2}});
  stayed = left;
  left.end("ok", {{"plateau", false}});
  stayed.end("plateau", {{"plateau", true}});
  EXPECT_EQ(summary_of({left})[0].outcome, "finished");
  EXPECT_EQ(summary_of({stayed})[0].outcome, "plateau");
}

TEST(Summary, TellsSharpAttentionInAModelThatLearnsFromCollapse) {
  const GroupSummary sharp = summary_of({judged_run(1, true, "falls")})[0];
  EXPECT_THAT(sharp.sentences[0], HasSubstr("Outcome: collapsed, learnt."));
  EXPECT_THAT(sharp.sentences[1],
              HasSubstr("at update 100, while the loss still fell; the loss did not diverge."));
  EXPECT_THAT(sharp.sentences[1],
              HasSubstr("It learnt all the same: piece frequencies alone give an nll of 5.260."));
  EXPECT_THAT(summary_of({judged_run(1, true, "low")})[0].sentences[1],
              HasSubstr("at update 100, in a model that had learnt;"));
  const GroupSummary lost = summary_of({judged_run(1, false, "stands")})[0];
  EXPECT_THAT(lost.sentences[0], HasSubstr("Outcome: collapsed."));
  EXPECT_THAT(lost.sentences[1], HasSubstr("at update 100, while the loss did not fall;"));
  EXPECT_THAT(lost.sentences[1],
              HasSubstr("It did not learn: piece frequencies alone give an nll of 5.260."));
}

TEST(Summary, SaysThatARunDidNotLearn) {
  const GroupSummary group = summary_of({judged_run(1, false)})[0];
  EXPECT_EQ(group.outcome, "did not learn");
  EXPECT_THAT(group.sentences[1],
              HasSubstr("It did not learn: piece frequencies alone give an nll of 5.260."));
  const GroupSummary learnt = summary_of({judged_run(1, true)})[0];
  for (const std::string& sentence : learnt.sentences) {
    EXPECT_THAT(sentence, Not(HasSubstr("learn")));
  }
}

TEST(Summary, NamesEveryCauseOfADivergence) {
  const auto sentence = [](const std::string& cause) {
    PlantedLog log;
    log.config("postln-6L", 0.5, 1).update(10, 3).divergence(cause, 5).end("diverged");
    return summary_of({log})[0].sentences[1];
  };
  EXPECT_THAT(sentence("loss_rise"), HasSubstr("The loss rose for good at update 5"));
  EXPECT_THAT(sentence("ended_high"), HasSubstr("The loss rose and did not come back at update 5"));
  EXPECT_THAT(sentence("non_finite_loss"), HasSubstr("The loss became non-finite at update 5"));
  EXPECT_THAT(sentence("non_finite_gradient"), HasSubstr("The gradient became non-finite at"));
}

TEST(Summary, NeverClaimsACause) {
  std::string all;
  for (const GroupSummary& group :
       summary_of({collapsing_run(1, true), calm_run("preln-6L", 1, 1, 9)})) {
    for (const std::string& sentence : group.sentences) all += " " + sentence;
  }
  static const std::regex claim(
      "\\b(because|caus(ed|es)|due to|led to|therefore|result(s|ed)? in)\\b");
  EXPECT_FALSE(std::regex_search(all, claim)) << all;
}

TEST(Summary, AsHtmlIsEscaped) {
  const std::string html = as_html(std::vector<GroupSummary>{{"<b>&", "finished", {"\"x\" <i>"}}});
  EXPECT_EQ(html,
            "<article data-outcome=\"finished\"><h3>&lt;b&gt;&amp;</h3><p>&quot;x&quot; "
            "&lt;i&gt;</p></article>\n");
}

}  // namespace
}  // namespace nmt::report::report_summary_test
