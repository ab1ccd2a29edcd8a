// The command line of nmt-train: precedence of its sources, and what a run that goes on may change.

#include "nmt/config/training_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "data/text/byte_source.h"
#include "data/text/error.h"
#include "nmt/cli/program.h"
#include "nmt/config/arch_name.h"
#include "nmt/config/config_table.h"
#include "nmt/config/demo_config.h"
#include "nmt/config/reference.h"
#include "tests/testing/temp_folder.h"

namespace nmt::config::training_command_test {
namespace {

using ::testing::ElementsAre;
using testing::message_of;

TrainingCommand parse(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "nmt-train");
  return parse_training_command(static_cast<int>(arguments.size()), arguments.data());
}

std::string error(const std::vector<const char*>& arguments) {
  return message_of<UsageError>([&] { parse(arguments); });
}

TEST(TrainingCommandTest, WithoutDataTheDemoHolds) {
  const TrainingCommand command = parse({"--arch", "postln-sigma-18L"});
  EXPECT_TRUE(is_demo(command));
  EXPECT_THAT(command.set_keys, ElementsAre("arch"));
  const TrainingConfig config = new_config(command);
  EXPECT_EQ(config.model.architecture.encoder_layers, 18);
  EXPECT_EQ(config.model.d_model, 64);
  EXPECT_EQ(config.model.ffn_dim, 256);
  EXPECT_EQ(config.model.heads, 4);
  EXPECT_EQ(config.data.vocab_size, 1000);
  EXPECT_EQ(config.data.max_tokens, 2048);
  EXPECT_EQ(config.schedule.max_minutes, 15.0);
}

TEST(TrainingCommandTest, WithDataTheBaseDefaultsHold) {
  const TrainingCommand command = parse({"--train-sets", "a.en", "a.de"});
  EXPECT_FALSE(is_demo(command));
  const TrainingConfig config = new_config(command);
  EXPECT_EQ(config.model.d_model, 512);
  EXPECT_EQ(config.data.vocab_size, TrainingConfig{}.data.vocab_size);
  EXPECT_EQ(config.schedule.max_minutes, 0.0);
}

TEST(TrainingCommandTest, FileWinsOverDemoAndFlagsOverFile) {
  const testing::TempFolder folder;
  const std::string path = folder.write("run.conf", "d-model = 32\nheads = 2\nseed = 5\n");
  const TrainingCommand command = parse({"--heads", "8", "--config", path.c_str()});
  EXPECT_THAT(command.set_keys, ElementsAre("d-model", "heads", "seed"));
  const TrainingConfig config = new_config(command);
  EXPECT_EQ(config.model.d_model, 32);
  EXPECT_EQ(config.model.heads, 8);
  EXPECT_EQ(config.model.ffn_dim, 256);  // From the demo.

  const std::string with_data = folder.write("data.conf", "train-sets = a.en a.de\n");
  EXPECT_EQ(new_config(parse({"--config", with_data.c_str()})).model.d_model, 512);
}

TEST(TrainingCommandTest, PathsAreAbsoluteSoThatARunCanGoOnFromAnotherFolder) {
  const std::string here = std::filesystem::current_path().string() + "/";
  const TrainingConfig config =
      parse({"--train-sets", "a.en", "/b/a.de", "--valid-sets", "-", "v.de", "--vocab", "m",
             "--init-from", "old", "--model-dir", "runs/1"})
          .config;
  EXPECT_THAT(config.data.train_sets, ElementsAre(here + "a.en", "/b/a.de"));
  EXPECT_THAT(config.data.valid_sets, ElementsAre("-", here + "v.de"));
  EXPECT_THAT(config.data.vocab, ElementsAre(here + "m"));
  EXPECT_EQ(config.init_from, here + "old");
  EXPECT_EQ(config.branch_from, "");
  EXPECT_EQ(config.model_dir, "runs/1");
}

TEST(TrainingCommandTest, OneFileHasOneName) {
  const std::string here = std::filesystem::current_path().string() + "/";
  const TrainingConfig config =
      parse({"--train-sets", "./a.en", "none/../a.de", "--vocab", "/b//c/./m", "--init-from",
             "old/best/", "--valid-sets", "../v.en", "/"})
          .config;
  EXPECT_THAT(config.data.train_sets, ElementsAre(here + "a.en", here + "a.de"));
  EXPECT_THAT(config.data.vocab, ElementsAre("/b/c/m"));
  EXPECT_EQ(config.init_from, here + "old/best");
  EXPECT_EQ(config.data.valid_sets[0],
            (std::filesystem::current_path().parent_path() / "v.en").string());
}

TEST(TrainingCommandTest, ALinkBeforeTwoDotsLeadsWhereItLeads) {
  const testing::TempFolder folder;
  std::filesystem::create_directories(folder.path("far/away"));
  folder.write("far/a.en", "far");
  folder.write("a.en", "near");
  std::filesystem::create_directory_symlink(folder.path("far/away"), folder.path("link"));
  const std::string path = folder.path("link/../a.en");
  EXPECT_EQ(text::read_file(parse({"--vocab", path.c_str()}).config.data.vocab[0]), "far");
}

TEST(TrainingCommandTest, AVocabularyWhosePathHasSpacesIsOne) {
  const testing::TempFolder folder;
  const std::string model = folder.write("my voc.model", "");
  const auto vocab = [&](const std::string& value) {
    const std::string file = folder.write("run.conf", "vocab = " + value + "\n");
    return parse({"--config", file.c_str()}).config.data.vocab;
  };
  EXPECT_THAT(vocab(model), ElementsAre(model));
  EXPECT_THAT(vocab("\"/no/my voc.model\""), ElementsAre("/no/my voc.model"));
  EXPECT_THAT(vocab("/no/my /no/voc.model"), ElementsAre("/no/my", "/no/voc.model"));
}

TEST(TrainingCommandTest, ASettingsPageIsAFileOfSettings) {
  const testing::TempFolder folder;
  TrainingConfig config;
  config.data.train_sets = {"/a b/x\\y.en", "/say \"#1\".de"};
  config.data.valid_sets = {"/c\\", "/ d\""};
  config.data.vocab = {"/my \"voc\".model"};
  config.model_dir = "runs \\1\" # 2";
  const std::string file = folder.write("run.conf", summary(config));
  EXPECT_TRUE(differences(config, parse({"--config", file.c_str()}).config).empty());
}

TEST(TrainingCommandTest, KeysAreJudgedTogetherOnlyOnceItIsKnownWithWhich) {
  const std::vector<const char*> flags = {"--heads", "7"};
  EXPECT_NO_THROW(parse(flags));
  EXPECT_EQ(message_of<UsageError>([&] { new_config(parse(flags)); }),
            "d-model must be a multiple of heads, got 64 and 7");
}

TEST(TrainingCommandTest, EmbeddedDemoIsTheFile) {
  EXPECT_EQ(demo_config(), text::read_file(NMT_SOURCE_DIR "/configs/demo.conf"));
}

TEST(TrainingCommandTest, ErrorsNameTheFlag) {
  EXPECT_EQ(error({"--dropout", "1.5"}), "--dropout must be at least 0 and below 1, got 1.5");
  EXPECT_EQ(error({"--learning-rat", "1"}),
            "unknown flag --learning-rat; did you mean --learning-rate?");
  EXPECT_EQ(error({"--valid-sets", "a"}), "--valid-sets needs values: SRC TGT");
  EXPECT_EQ(error({"--arch", "postln-18"}),
            "--arch must be " + architecture_grammar() +
                " with depths from 1 to 1000; got 'postln-18'; did you mean postln-18L?");
}

TEST(TrainingCommandTest, ReferenceAndHelpAreInformation) {
  try {
    parse({"--reference"});
    FAIL() << "expected InformationRequest";
  } catch (const cli::InformationRequest& request) {
    EXPECT_EQ(request.text, print_reference());
  }
  EXPECT_THROW(parse({"--help"}), cli::InformationRequest);
}

class GoingOnTest : public ::testing::Test {
 protected:
  GoingOnTest() {
    saved_ =
        new_config(parse({"--train-sets", "a.en", "a.de", "--arch", "postln-sigma-10L", "--d-model",
                          "256", "--max-updates", "100", "--keep-last", "10", "--lr-schedule",
                          "cosine", "--warmup-updates", "10", "--model-dir", "runs/old"}));
  }
  TrainingConfig resumed(std::vector<const char*> arguments) {
    arguments.push_back("--resume");
    return resumed_config(saved_, parse(arguments), /*update=*/40);
  }
  TrainingConfig branched(std::vector<const char*> arguments) {
    arguments.insert(arguments.end(), {"--branch-from", "runs/old"});
    return branched_config(saved_, parse(arguments), /*update=*/40);
  }
  std::string refusal(const std::vector<const char*>& arguments) {
    return message_of<UsageError>([&] { resumed(arguments); });
  }
  TrainingConfig saved_;
};

TEST_F(GoingOnTest, KeysThatAreNotGivenKeepTheirSavedValues) {
  for (const TrainingConfig& config :
       {resumed({"--model-dir", "runs/moved"}), branched({"--model-dir", "runs/moved"})}) {
    EXPECT_EQ(config.model.d_model, 256);
    EXPECT_EQ(config.schedule.max_updates, 100);
    EXPECT_EQ(config.data.train_sets, saved_.data.train_sets);
    EXPECT_EQ(config.model_dir, "runs/moved");
  }
  EXPECT_TRUE(resumed({}).resume);
}

TEST_F(GoingOnTest, LimitsLoggingAndThreadsMayChange) {
  const TrainingConfig config =
      resumed({"--max-updates", "50", "--log-every", "1", "--threads", "1", "--d-model", "256"});
  EXPECT_EQ(config.schedule.max_updates, 50);
  EXPECT_EQ(config.schedule.log_every, 1);
  EXPECT_EQ(config.threads, 1);
}

TEST_F(GoingOnTest, WhereTheTextLiesMayChange) {
  const auto moved = ElementsAre("/new/a.en", "/new/a.de");
  EXPECT_THAT(resumed({"--train-sets", "/new/a.en", "/new/a.de"}).data.train_sets, moved);
  EXPECT_THAT(branched({"--train-sets", "/new/a.en", "/new/a.de"}).data.train_sets, moved);
}

// As older programs wrote it.
TEST_F(GoingOnTest, AnotherNameOfTheSameFileIsNoChange) {
  saved_.init_from = "/models/../models/./a/";
  EXPECT_EQ(resumed({"--init-from", "/models/a"}).init_from, "/models/a");
  EXPECT_EQ(refusal({"--init-from", "/models/b"}),
            "--resume goes on with the same run, and so cannot change init-from (was /models/a, "
            "now /models/b)");
}

TEST_F(GoingOnTest, AnAutomaticLengthBoundIsTheOneThatTheRunSettled) {
  saved_.model.length_bound = parse_length_bound("3x+17");  // By its data.
  EXPECT_EQ(resumed({"--length-bound", "auto"}).model.length_bound, saved_.model.length_bound);
  EXPECT_EQ(resumed({"--length-bound", "3x+17"}).model.length_bound, saved_.model.length_bound);
  EXPECT_EQ(refusal({"--length-bound", "2x+10"}),
            "--resume goes on with the same run, and so cannot change length-bound (was 3x+17, now "
            "2x+10)");
  EXPECT_FALSE(branched({"--length-bound", "auto"}).model.length_bound.has_value());
}

TEST_F(GoingOnTest, OtherDifferencesAreRefusedWithBothValues) {
  EXPECT_EQ(refusal({"--d-model", "512", "--max-updates", "200", "--seed", "2"}),
            "--resume goes on with the same run, and so cannot change d-model (was 256, now 512), "
            "seed (was 1, now 2)");
  EXPECT_EQ(refusal({"--dropout", "0.3"}),
            "--resume goes on with the same run, and so cannot change dropout (was 0.1, now 0.3)");
}

// Every flag here is wrong beside the program's defaults and right beside the saved run.
TEST_F(GoingOnTest, FlagsAreJudgedBesideTheSavedSettings) {
  EXPECT_EQ(branched({"--attention-temperature-at", "22:0.5:cross:9"})
                .stability.attention_temperature_at.size(),
            1u);
  EXPECT_EQ(branched({"--final-learning-rate", "0.0001"}).optimization.final_learning_rate, 0.0001);
  EXPECT_EQ(branched({"--average-last", "6"}).schedule.average_last, 6);
  EXPECT_EQ(branched({"--warmup-updates", "50"}).optimization.warmup_updates, 50);
  EXPECT_EQ(resumed({"--lr-decay-updates", "300"}).optimization.lr_decay_updates, 300);
  EXPECT_EQ(message_of<UsageError>([&] {
              branched({"--average-last", "11"});
            }),
            "average-last must be at most keep-last, got 11 and 10");
  EXPECT_EQ(message_of<UsageError>([&] {
              branched({"--attention-temperature-at", "22:0.5:cross:11"});
            }),
            "attention temperature: layer 11 of postln-sigma-10L, which has 10");
}

TEST_F(GoingOnTest, ABranchOfAnInitialisedRunHasOneOriginOnly) {
  saved_.init_from = "/models/a";
  EXPECT_EQ(branched({}).init_from, "");
  EXPECT_EQ(resumed({}).init_from, "/models/a");
}

TEST(InitFromTest, TheModelGivesItsShapeAndDropout) {
  ModelConfig model = new_config(parse({"--arch", "postln-sigma-3L", "--d-model", "48",
                                        "--sigma-groups", "qkv", "--dropout", "0.3"}))
                          .model;
  model.attention_temperature = parse_attention_temperatures("0.5:cross");
  model.length_bound = parse_length_bound("3x+20");  // Of the model's own text.
  const std::vector<const char*> data = {"--init-from", "/m", "--train-sets", "a.en", "a.de"};
  const auto config_of = [&](std::vector<const char*> flags) {
    flags.insert(flags.end(), data.begin(), data.end());
    return initialized_config(model, parse(flags));
  };
  const TrainingConfig config = config_of({"--learning-rate", "0.001"});
  EXPECT_EQ(to_string(config.model.architecture), "postln-sigma-3L");
  EXPECT_EQ(config.model.d_model, 48);
  EXPECT_EQ(config.model.sigma_groups, layers::SigmaGroups::kQkv);
  EXPECT_EQ(config.model.dropout, 0.3);
  EXPECT_EQ(config.model.attention_temperature, model.attention_temperature);
  EXPECT_FALSE(config.model.length_bound.has_value());
  EXPECT_EQ(config.optimization.learning_rate, 0.001);
  EXPECT_EQ(config.optimization.warmup_updates, OptimizationConfig{}.warmup_updates);

  EXPECT_EQ(config_of({"--d-model", "48", "--dropout", "0.1"}).model.dropout, 0.1);
  EXPECT_EQ(message_of<UsageError>([&] {
              config_of({"--arch", "postln-3L", "--d-model", "64"});
            }),
            "--init-from takes the weights of /m as they are, and so cannot change arch (was "
            "postln-sigma-3L, now postln-3L), d-model (was 48, now 64)");
}

}  // namespace
}  // namespace nmt::config::training_command_test
