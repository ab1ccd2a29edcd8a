#include "nmt/train/console_observer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <sstream>
#include <string>
#include <vector>

#include "tests/nmt/run_log/sample_records.h"

namespace nmt::train::console_observer_test {
namespace {

using layers::AttentionKind;
using run_log::AttentionRecord;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr cli::ProgressBarOptions kPlain = {.terminal = false};
constexpr cli::ProgressBarOptions kTerminal = {.terminal = true, .width = 120};

AttentionRecord heads(AttentionKind kind, int64_t layer, std::vector<double> relative) {
  AttentionRecord record{.kind = kind, .layer = layer};
  for (const double value : relative) record.entropy.push_back(3.0 * value);
  record.relative_entropy = std::move(relative);
  return record;
}

TEST(StartupReport, ShowsWhatMaintainersAskForFirst) {
  const std::string report = startup_report(run_log::sample_config());
  EXPECT_THAT(report, HasSubstr("postln-sigma-18L\n"));
  EXPECT_THAT(report, HasSubstr("  seed                    7\n"));
  EXPECT_THAT(report, HasSubstr("encoder  alpha 1.9990  beta 0.3530\n"));
  EXPECT_THAT(report, HasSubstr("decoder  alpha 2.7110  beta 0.2610\n"));
  EXPECT_THAT(report, HasSubstr("gamma at the start: sigma\n"));
  EXPECT_THAT(report, HasSubstr("  value, output           0.353\n"));
  EXPECT_THAT(report, HasSubstr("  dropped_empty           3\n"));
  EXPECT_THAT(report, HasSubstr("1234567 parameters, about 988 MB of memory\n"));
}

TEST(StartupReport, LeavesOutGammaWithoutSigmaAndNamesNestedKeys) {
  run_log::ConfigRecord record = run_log::sample_config();
  record.gamma_init = "";
  record.data = {{"train", {{"kept", 12}}}};
  const std::string report = startup_report(record);
  EXPECT_THAT(report, Not(HasSubstr("gamma")));
  EXPECT_THAT(report, HasSubstr("  train.kept              12\n"));
}

TEST(LowestEntropy, NamesTheHeadWithTheLowestRelativeEntropy) {
  EXPECT_EQ(lowest_entropy({heads(AttentionKind::kEncoderSelf, 1, {0.9, 0.5}),
                            heads(AttentionKind::kEncoderSelf, 3, {0.8, 0.14}),
                            heads(AttentionKind::kCross, 2, {0.2, 0.3})}),
            "H_min 0.42 (14 %) enc 3 head 2");
}

TEST(LowestEntropy, SkipsHeadsWithoutRows) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(lowest_entropy({heads(AttentionKind::kDecoderSelf, 1, {nan, 0.5})}),
            "H_min 1.50 (50 %) dec 1 head 2");
  EXPECT_EQ(lowest_entropy({heads(AttentionKind::kDecoderSelf, 1, {nan})}), "");
  EXPECT_EQ(lowest_entropy({}), "");
}

TEST(UpdateLine, ShowsTheLossAndTheLowestEntropy) {
  EXPECT_EQ(
      update_line(run_log::sample_update(120)),
      "update 120  epoch 2  loss 1.667  nll 0.300  lr 3.33e-08  gradient 0.143  2512 tokens/s  "
      "H_min 0.33 (25 %) cross 3 head 2");
}

TEST(ConsoleObserver, PrintsPlainLinesWithoutATerminal) {
  std::ostringstream out;
  ConsoleObserver observer(out, kPlain);
  observer.on_record(run_log::sample_config());
  const size_t start = out.str().size();
  observer.on_progress({.update = 1, .seconds = 2.0, .fraction = 0.1});
  observer.on_record(run_log::sample_update(1));
  observer.on_record(run_log::sample_valid(2));
  observer.on_record(run_log::sample_checkpoint(2));
  observer.on_record(run_log::sample_sharpness(2));
  observer.on_record(run_log::sample_event(3));
  observer.on_record(run_log::sample_end(10));
  EXPECT_EQ(
      out.str().substr(start),
      update_line(run_log::sample_update(1)) +
          "  18 s left\n"
          "valid at update 2  loss 4.5000  nll 4.0000  perplexity 54.60  BLEU 12.25  best so far\n"
          "checkpoint checkpoints/update-2\n"
          "sharpness at update 2: 1.714, preconditioned 4.321e+04  (17 iterations, residual "
          "6.7e-04)\n"
          "non_finite at update 3: the loss of batch 12 is not finite\n"
          "end after update 10, 1m40s: max-updates, status diverged; entropy collapsed; it "
          "diverged; it knows no more than how often each piece occurs\n"
          "best validation at update 10: loss 4.5000  nll 4.0000  perplexity 54.60  BLEU 12.25\n");
}

std::string end_of(const run_log::EndRecord& record) {
  std::ostringstream out;
  ConsoleObserver(out, kPlain).on_record(record);
  return out.str();
}

TEST(ConsoleObserver, TheEndSaysWhatBecameOfTheRun) {
  EXPECT_EQ(end_of({.update = 200,
                    .reason = "max-updates",
                    .status = "did_not_learn",
                    .learnt = false,
                    .seconds = 0.0}),
            "end after update 200, 0.0 s: max-updates, status did not learn; it knows no more than "
            "how often each piece occurs\n");
  EXPECT_THAT(end_of({.status = "collapsed", .collapsed = true, .learnt = true, .seconds = 0.0}),
              HasSubstr("status collapsed; entropy collapsed, and yet the model learnt\n"));
  EXPECT_THAT(end_of({.status = "not_judged", .seconds = 0.0}), HasSubstr("status not judged\n"));
}

// NaNs of x86 arithmetic have their sign bit set, which printf shows.
TEST(ConsoleObserver, NumbersThatAreNoneHaveNoSign) {
  const double nan = -std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(update_line({.update = 3,
                         .epoch = 1,
                         .loss = nan,
                         .nll = nan,
                         .learning_rate = 0.0,
                         .gradient_norm = nan,
                         .tokens_per_second = 0.0}),
            "update 3  epoch 1  loss nan  nll nan  lr 0  gradient nan  0 tokens/s");
  std::ostringstream out;
  ConsoleObserver(out, kPlain)
      .on_record(run_log::ValidRecord{.update = 3, .loss = nan, .nll = nan, .perplexity = nan});
  EXPECT_EQ(out.str(), "valid at update 3  loss nan  nll nan  perplexity nan\n");
}

TEST(ConsoleObserver, SaysWhyThereIsNoPreconditionedSharpness) {
  std::ostringstream out;
  ConsoleObserver observer(out, kPlain);
  run_log::SharpnessRecord record = run_log::sample_sharpness(2);
  record.preconditioned = std::nullopt;
  record.preconditioner = "none: sgd keeps no second moments";
  observer.on_record(record);
  EXPECT_EQ(out.str(),
            "sharpness at update 2: 1.714, preconditioner: none: sgd keeps no second moments  "
            "(17 iterations, residual 6.7e-04)\n");
}

TEST(ConsoleObserver, LinesOfLogRecordsKeepTheirDistance) {
  std::ostringstream out;
  ConsoleObserver observer(out, kPlain);
  for (int64_t update = 1; update <= 25; ++update) {
    run_log::UpdateRecord record = run_log::sample_update(update);
    record.seconds = static_cast<double>(update);
    observer.on_record(record);
  }
  EXPECT_THAT(out.str(), HasSubstr("update 1 "));
  EXPECT_THAT(out.str(), HasSubstr("update 11 "));
  EXPECT_THAT(out.str(), HasSubstr("update 21 "));
  EXPECT_EQ(std::ranges::count(out.str(), '\n'), 3);
}

TEST(ConsoleObserver, OnATerminalABarStandsBelowTheLines) {
  std::ostringstream out;
  ConsoleObserver observer(out, kTerminal);
  observer.on_progress(
      {.update = 5, .loss = 2.5, .tokens_per_second = 100, .seconds = 5.0, .fraction = 0.5});
  EXPECT_THAT(out.str(), HasSubstr("[###"));
  EXPECT_THAT(out.str(), HasSubstr("update 5  loss 2.500  100 tokens/s  5.0 s left"));
  const size_t before = out.str().size();
  observer.on_record(run_log::sample_valid(5));
  const std::string after = out.str().substr(before);
  EXPECT_LT(after.find("valid at update 5"), after.find("[###"));
  observer.on_record(run_log::sample_end(5));
  EXPECT_TRUE(out.str().ends_with("\n"));
}

TEST(StartupReport, SaysWhatOfTheDataCannotCount) {
  run_log::ConfigRecord record = run_log::sample_config();
  record.data = {{"train", {{"read", 90}, {"kept", 80}, {"unwritable", 0}}},
                 {"valid", {{"read", 20}, {"kept", 20}, {"unwritable", 0}}}};
  EXPECT_THAT(startup_report(record), Not(HasSubstr("validation leaves")));
  EXPECT_THAT(startup_report(record), Not(HasSubstr("cannot write")));
  record.data["train"]["unwritable"] = 7;
  record.data["valid"]["kept"] = 18;
  EXPECT_THAT(startup_report(record),
              HasSubstr("validation leaves 2 of 20 pairs out of its loss and its BLEU\n"));
  EXPECT_THAT(startup_report(record),
              HasSubstr("cannot write the targets of 7 of 80 training and 0 of 18 validation"));
  EXPECT_THAT(startup_report(record), HasSubstr("--normalization identity --byte-fallback true"));
}

}  // namespace
}  // namespace nmt::train::console_observer_test
