// Runs that are made to collapse, to diverge, or neither: what the log says of them, what the
// options make of it, and whether a second reading of the log, by a script that knows the rules
// from their page alone, comes to the same verdict.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "data/unigram_nll.h"
#include "nmt/config/arch_name.h"
#include "tests/nmt/train/toy_run.h"
#include "tests/testing/temp_folder.h"

namespace nmt::train::unstable_run_test {
namespace {

using nmt::testing::TempFolder;
using run_log::EndRecord;
using run_log::EventRecord;
using testing::toy_config;
using testing::toy_data;

constexpr const char* kRecomputeFlags = NMT_RECOMPUTE_FLAGS;

std::vector<EventRecord> events(const std::string& model_dir, const std::string& kind) {
  std::vector<EventRecord> found;
  for (const EventRecord& event : testing::records<EventRecord>(model_dir)) {
    if (event.kind == kind) found.push_back(event);
  }
  return found;
}

void expect_second_reading_agrees(const std::string& model_dir) {
  const std::string command =
      std::string("python3 ") + kRecomputeFlags + " '" + model_dir + "/run.jsonl.gz'";
  EXPECT_EQ(std::system(command.c_str()), 0) << command;
}

class UnstableRun : public ::testing::Test {
 protected:
  config::TrainingConfig config_of(const char* arch) {
    config::TrainingConfig config = toy_config(data_, folder_.path("model"));
    config.model.architecture = config::parse_architecture(arch);
    return config;
  }

  // Cross-attention of layer 2 is made a hundred times sharper at update 40.
  config::TrainingConfig collapsing() {
    config::TrainingConfig config = config_of("preln-2L");
    config.schedule.max_updates = 90;
    config.optimization.warmup_updates = 20;
    config.stability.attention_temperature_at =
        config::parse_temperature_changes("40:0.001:cross:2");
    return config;
  }

  // A rate a thousand times too high, and no warm-up.
  config::TrainingConfig diverging() {
    config::TrainingConfig config = config_of("postln-2L");
    config.schedule.max_updates = 400;
    config.optimization.learning_rate = 2.0;
    config.optimization.lr_schedule = config::LrSchedule::kConstant;
    config.optimization.warmup_updates = 200;
    return config;
  }

  TempFolder folder_;
  TrainingData data_ = toy_data(0, /*with_valid=*/false);
};

TEST_F(UnstableRun, LowTemperatureIsFlaggedAsCollapseAtItsUpdateAndLayer) {
  const config::TrainingConfig config = collapsing();
  const EndRecord end = testing::train(config, data_);
  const std::vector<EventRecord> collapses = events(config.model_dir, "collapse");
  ASSERT_EQ(collapses.size(), 1u);
  EXPECT_EQ(collapses[0].fields["kind"], "cross");
  EXPECT_EQ(collapses[0].fields["layer"], 2);
  EXPECT_EQ(collapses[0].fields["first_update"], 40);
  EXPECT_TRUE(end.collapsed);
  EXPECT_FALSE(end.diverged);
  EXPECT_EQ(end.status, "collapsed");
  const std::vector<EventRecord> changes = events(config.model_dir, "temperature");
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_EQ(changes[0].update, 40);
  for (const auto& record : testing::records<run_log::UpdateRecord>(config.model_dir)) {
    for (const run_log::AttentionRecord& layer : record.attention) {
      const bool changed =
          record.update >= 40 && layer.layer == 2 && layer.kind == layers::AttentionKind::kCross;
      EXPECT_EQ(layer.temperature, changed ? 0.001 : 1.0);
    }
  }
  expect_second_reading_agrees(config.model_dir);
}

TEST_F(UnstableRun, CollapseCanStopTheRun) {
  config::TrainingConfig config = collapsing();
  config.stability.on_collapse = config::UnstableAction::kStop;
  const EndRecord end = testing::train(config, data_);
  EXPECT_EQ(end.update, 59);  // The twentieth low update.
  EXPECT_EQ(end.reason, "collapsed");
}

// The signal comes before the validation that ends the run; the rule fires only once.
TEST_F(UnstableRun, AStopThatASignalCutShortIsMadeUpFor) {
  const TrainingData data = toy_data();
  config::TrainingConfig config = collapsing();
  config.stability.on_collapse = config::UnstableAction::kStop;
  EXPECT_EQ(testing::train(config, data, /*stop_after=*/59).reason, "interrupted");
  EXPECT_EQ(testing::train(config, data).reason, "collapsed");
  run_log::truncate_after(config.model_dir + "/" + run_log::kRunLogFile,
                          59);  // As a kill in validation does.
  EXPECT_EQ(testing::train(config, data).reason, "collapsed");
  EXPECT_EQ(testing::train(config, data).reason, "max-updates") << "it had ended";
}

TEST_F(UnstableRun, TemperatureIsPartOfTheModelAndOfAResumedRun) {
  config::TrainingConfig config = collapsing();
  testing::train(config, data_, /*stop_after=*/50);
  EXPECT_EQ(testing::train(config, data_).update, 90);
  EXPECT_TRUE(testing::records<EndRecord>(config.model_dir).back().collapsed);
  config::TrainingConfig whole = config;
  whole.model_dir = folder_.path("whole");
  testing::train(whole, data_);
  const auto newest = [](const config::TrainingConfig& of) {
    return checkpoint::load_model(
        checkpoint::CheckpointSet(of.model_dir + "/checkpoints").newest()->folder);
  };
  testing::expect_same_bits(newest(config).tensors, newest(whole).tensors);
  EXPECT_EQ(config::to_string(newest(config).config.attention_temperature), "0.001:cross:2");
}

TEST_F(UnstableRun, TooHighARateIsFlaggedAsDivergence) {
  const config::TrainingConfig config = diverging();
  const EndRecord end = testing::train(config, data_);
  EXPECT_TRUE(end.diverged);
  EXPECT_EQ(end.status, "diverged");
  ASSERT_GE(events(config.model_dir, "divergence").size(), 1u);
  EXPECT_FALSE(events(config.model_dir, "divergence")[0].fields["lowest_head"].is_null());
  expect_second_reading_agrees(config.model_dir);
}

// A rate at which the loss is huge and finite, and its gradient is not: every update is skipped.
TEST_F(UnstableRun, NonFiniteGradientsAreADivergenceAlthoughEveryLossIsFinite) {
  config::TrainingConfig config = config_of("rezero-1L");
  config.schedule.max_updates = 40;
  config.schedule.max_bad_updates = 5;
  config.optimization.learning_rate = 1e8;
  config.optimization.lr_schedule = config::LrSchedule::kConstant;
  config.optimization.warmup_updates = 0;
  config.optimization.clip_norm = 0.0;
  const EndRecord end = testing::train(config, data_);
  const std::vector<EventRecord> skipped = events(config.model_dir, "non_finite");
  ASSERT_GE(skipped.size(), 5u);
  EXPECT_TRUE(skipped[0].fields["loss"].is_number());
  EXPECT_EQ(skipped[0].fields["gradient_norm"], "nan");
  const std::vector<EventRecord> found = events(config.model_dir, "divergence");
  ASSERT_FALSE(found.empty());
  EXPECT_EQ(found[0].fields["cause"], "non_finite_gradient");
  EXPECT_EQ(found[0].fields["first_update"], skipped[0].update);
  EXPECT_EQ(end.reason, "non-finite");
  EXPECT_TRUE(end.diverged);
  EXPECT_EQ(end.status, "diverged");
  expect_second_reading_agrees(config.model_dir);
}

// A run that ends on the way up: too early for the hundred high updates.
TEST_F(UnstableRun, ALossThatIsHighAtTheEndIsADivergenceThatAResumeForgets) {
  config::TrainingConfig config = diverging();
  config.stability.on_divergence = config::UnstableAction::kStop;
  const int64_t found_at = testing::train(config, data_).update;
  config.model_dir = folder_.path("short");
  config.schedule.max_updates = found_at - 20;
  const EndRecord end = testing::train(config, data_);
  EXPECT_EQ(end.status, "diverged");
  const std::vector<EventRecord> early = events(config.model_dir, "divergence");
  ASSERT_EQ(early.size(), 1u);
  EXPECT_EQ(early[0].fields["cause"], "ended_high");
  expect_second_reading_agrees(config.model_dir);

  config.schedule.max_updates = 400;
  EXPECT_EQ(testing::train(config, data_).update, found_at);
  const std::vector<EventRecord> later = events(config.model_dir, "divergence");
  ASSERT_EQ(later.size(), 1u);
  EXPECT_EQ(later[0].fields["cause"], "loss_rise");
  EXPECT_EQ(later[0].fields["first_update"], early[0].fields["first_update"]);
}

TEST_F(UnstableRun, ARunThatStandsAtTheFrequenciesOfPiecesDidNotLearn) {
  config::TrainingConfig config = config_of("preln-1L");
  config.schedule.max_updates = 120;
  config.optimization.learning_rate = 1e-7;
  const EndRecord end = testing::train(config, data_);
  EXPECT_EQ(end.learnt, false);
  EXPECT_EQ(end.status, "did_not_learn");
  const auto start = testing::records<run_log::ConfigRecord>(config.model_dir).front();
  EXPECT_NEAR(*start.unigram_nll, data::unigram_nll(data_.train), 1e-12);

  config.model_dir = folder_.path("short");
  config.schedule.max_updates = 99;
  EXPECT_EQ(testing::train(config, data_).status, "not_judged");
}

TEST_F(UnstableRun, DivergenceCanStopTheRunOrLowerTheRate) {
  config::TrainingConfig config = diverging();
  config.stability.on_divergence = config::UnstableAction::kStop;
  EndRecord end = testing::train(config, data_);
  EXPECT_EQ(end.reason, "diverged");
  EXPECT_LT(end.update, 400);
  EXPECT_EQ(end.update, events(config.model_dir, "divergence")[0].update);

  config = diverging();
  config.model_dir = folder_.path("lowered");
  config.stability.on_divergence = config::UnstableAction::kLowerLearningRate;
  end = testing::train(config, data_);
  EXPECT_EQ(end.reason, "max-updates");
  const std::vector<EventRecord> lowered = events(config.model_dir, "learning_rate");
  ASSERT_GE(lowered.size(), 1u);
  EXPECT_EQ(lowered[0].fields["cause"], "divergence");
  EXPECT_EQ(lowered[0].fields["factor"], 0.5);
  const auto last = testing::records<run_log::UpdateRecord>(config.model_dir).back();
  EXPECT_NEAR(last.learning_rate, 2.0 * std::pow(0.5, lowered.size()), 1e-9);
}

TEST_F(UnstableRun, AHealthyRunOfTwoThousandUpdatesRaisesNeither) {
  config::TrainingConfig config = config_of("preln-2L-1L");
  config.schedule.max_updates = 2000;
  config.optimization.learning_rate = 1e-3;
  config.optimization.warmup_updates = 200;
  const EndRecord end = testing::train(config, data_);
  EXPECT_FALSE(end.collapsed);
  EXPECT_FALSE(end.diverged);
  EXPECT_EQ(end.learnt, true);
  EXPECT_EQ(end.status, "ok");
  expect_second_reading_agrees(config.model_dir);
}

}  // namespace
}  // namespace nmt::train::unstable_run_test
