// Defaults that depend on other keys, as nmt-train's command line fills them in and --resume keeps
// them.

#include "nmt/config/dependent_defaults.h"

#include <gtest/gtest.h>

#include "data/text/error.h"
#include "nmt/config/training_command.h"
#include "tests/testing/temp_folder.h"

namespace nmt::config::dependent_defaults_test {
namespace {

TrainingCommand parse(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "nmt-train");
  return parse_training_command(static_cast<int>(arguments.size()), arguments.data());
}

double weight_decay(const std::vector<const char*>& arguments) {
  return new_config(parse(arguments)).optimization.weight_decay;
}

int64_t decay_updates(const std::vector<const char*>& arguments) {
  return new_config(parse(arguments)).optimization.lr_decay_updates;
}

TEST(DependentDefaults, AdamwDecaysUnlessToldOtherwise) {
  EXPECT_EQ(weight_decay({"--optimizer", "adam"}), 0.0);
  EXPECT_EQ(weight_decay({"--optimizer", "adamw"}), 0.01);
  EXPECT_EQ(weight_decay({"--optimizer", "adamw", "--weight-decay", "0.1"}), 0.1);
  EXPECT_EQ(weight_decay({"--optimizer", "adamw", "--weight-decay", "0"}), 0.0);
  const testing::TempFolder folder;
  const std::string path = folder.write("run.conf", "weight-decay = 0.2\n");
  EXPECT_EQ(weight_decay({"--optimizer", "adamw", "--config", path.c_str()}), 0.2);
}

TEST(DependentDefaults, LinearAndCosineEndAtMaxUpdates) {
  EXPECT_EQ(decay_updates({"--max-updates", "7000"}), 0);
  for (const char* schedule : {"linear", "cosine"}) {
    EXPECT_EQ(decay_updates({"--lr-schedule", schedule, "--max-updates", "7000"}), 7000);
    EXPECT_EQ(decay_updates({"--lr-schedule", schedule, "--max-updates", "7000",
                             "--lr-decay-updates", "9000"}),
              9000);
    EXPECT_EQ(decay_updates(
                  {"--lr-schedule", schedule, "--max-updates", "0", "--lr-decay-updates", "900"}),
              900);
    EXPECT_THROW(new_config(parse({"--lr-schedule", schedule, "--max-updates", "0"})), UsageError);
  }
}

TEST(DependentDefaults, AResumedRunKeepsWhatItBeganWith) {
  const TrainingConfig saved = new_config(parse({"--lr-schedule", "cosine", "--max-updates", "7000",
                                                 "--optimizer", "adamw", "--weight-decay", "0.2"}));
  const TrainingConfig resumed =
      resumed_config(saved, parse({"--resume", "--max-updates", "6000"}), 5000);
  EXPECT_EQ(resumed.schedule.max_updates, 6000);
  EXPECT_EQ(resumed.optimization.lr_decay_updates, 7000);
  EXPECT_EQ(resumed.optimization.weight_decay, 0.2);
}

// So that a file of settings may stand in the command that goes on, too.
TEST(DependentDefaults, NoughtUpdatesOfDecayKeepTheEndThatTheRunHas) {
  const TrainingConfig saved =
      new_config(parse({"--lr-schedule", "cosine", "--max-updates", "7000"}));
  const std::vector<const char*> flags = {"--resume", "--lr-decay-updates", "0", "--max-updates",
                                          "6000"};
  EXPECT_EQ(resumed_config(saved, parse(flags), 10).optimization.lr_decay_updates, 7000);
  EXPECT_EQ(
      branched_config(
          saved, parse({"--branch-from", "a", "--lr-decay-updates", "0", "--max-updates", "6000"}),
          10)
          .optimization.lr_decay_updates,
      7000);
  const TrainingConfig other = branched_config(
      saved, parse({"--branch-from", "a", "--lr-schedule", "step", "--lr-decay-updates", "0"}), 10);
  EXPECT_EQ(other.optimization.lr_decay_updates, 0);
}

TEST(DependentDefaults, ABranchMayHaveAnotherSchedule) {
  const TrainingConfig saved =
      new_config(parse({"--optimizer", "adamw", "--weight-decay", "0.1", "--max-updates", "7000"}));
  const TrainingConfig falling =
      branched_config(saved, parse({"--branch-from", "a", "--lr-schedule", "cosine"}), 100);
  EXPECT_EQ(falling.optimization.lr_decay_updates, 7000);
  EXPECT_EQ(falling.optimization.weight_decay, 0.1);
  const TrainingConfig constant =
      branched_config(falling, parse({"--branch-from", "b", "--lr-schedule", "constant"}), 100);
  EXPECT_EQ(constant.optimization.lr_decay_updates, 0);
}

TEST(DependentDefaults, AVocabularyForEachSideSharesNoEmbedding) {
  using layers::EmbeddingTie;
  const auto tie = [](const std::vector<const char*>& arguments) {
    return new_config(parse(arguments)).model.tie_embeddings;
  };
  EXPECT_EQ(tie({"--vocab", "both.model"}), EmbeddingTie::kThreeWay);
  EXPECT_EQ(tie({"--vocab", "source.model", "target.model"}), EmbeddingTie::kTwoWay);
  EXPECT_EQ(tie({"--vocab", "source.model", "target.model", "--tie-embeddings", "none"}),
            EmbeddingTie::kNone);
  EXPECT_THROW(tie({"--vocab", "source.model", "target.model", "--tie-embeddings", "three-way"}),
               UsageError);
}

}  // namespace
}  // namespace nmt::config::dependent_defaults_test
