// The command line of nmt-train: precedence of its sources, and what a resumed run may change.

#include "nmt/config/training_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/text/error.h"
#include "data/text/whole_file.h"
#include "nmt/cli/program.h"
#include "nmt/config/config_table.h"
#include "nmt/config/demo_config.h"
#include "nmt/config/reference.h"
#include "tests/testing/temp_folder.h"

namespace nmt::config {
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
  EXPECT_TRUE(command.demo);
  EXPECT_EQ(command.config.model.architecture.encoder_layers, 18);
  EXPECT_EQ(command.config.model.d_model, 64);
  EXPECT_EQ(command.config.model.ffn_dim, 256);
  EXPECT_EQ(command.config.model.heads, 4);
  EXPECT_EQ(command.config.data.vocab_size, 1000);
  EXPECT_EQ(command.config.data.max_tokens, 2048);
  EXPECT_EQ(command.config.schedule.max_minutes, 15.0);
  EXPECT_THAT(command.set_keys, ElementsAre("arch"));
}

TEST(TrainingCommandTest, WithDataTheBaseDefaultsHold) {
  const TrainingCommand command = parse({"--train-sets", "a.en", "a.de"});
  EXPECT_FALSE(command.demo);
  EXPECT_EQ(command.config.model.d_model, 512);
  EXPECT_EQ(command.config.data.vocab_size, TrainingConfig{}.data.vocab_size);
  EXPECT_EQ(command.config.schedule.max_minutes, 0.0);
}

TEST(TrainingCommandTest, FileWinsOverDemoAndFlagsOverFile) {
  const testing::TempFolder folder;
  const std::string path = folder.write("run.conf", "d-model = 32\nheads = 2\nseed = 5\n");
  const TrainingCommand command = parse({"--heads", "8", "--config", path.c_str()});
  EXPECT_EQ(command.config.model.d_model, 32);
  EXPECT_EQ(command.config.model.heads, 8);
  EXPECT_EQ(command.config.model.ffn_dim, 256);  // From the demo.
  EXPECT_THAT(command.set_keys, ElementsAre("d-model", "heads", "seed"));

  const std::string with_data = folder.write("data.conf", "train-sets = a.en a.de\n");
  EXPECT_EQ(parse({"--config", with_data.c_str()}).config.model.d_model, 512);
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
            "--arch must be <preln|postln|deepnorm|nonorm|admin|rezero|layerscale|b2t>"
            "[-<sigma|spectralnorm|weightnorm>][-qknorm]-<depth>L[-<depth>L] with depths "
            "from 1 to 1000; got 'postln-18'; did you mean postln-18L?");
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

class ResumeTest : public ::testing::Test {
 protected:
  ResumeTest() {
    saved_ = parse({"--train-sets", "a.en", "a.de", "--d-model", "256", "--max-updates", "100",
                    "--model-dir", "runs/old"})
                 .config;
  }
  TrainingConfig resumed(std::vector<const char*> arguments) {
    arguments.push_back("--resume");
    return resumed_config(saved_, parse(arguments));
  }
  std::string refusal(const std::vector<const char*>& arguments) {
    return message_of<UsageError>([&] { resumed(arguments); });
  }
  TrainingConfig saved_;
};

TEST_F(ResumeTest, KeysThatAreNotGivenKeepTheirSavedValues) {
  const TrainingConfig config = resumed({"--model-dir", "runs/moved"});
  EXPECT_EQ(config.model.d_model, 256);
  EXPECT_EQ(config.schedule.max_updates, 100);
  EXPECT_THAT(config.data.train_sets, ElementsAre("a.en", "a.de"));
  EXPECT_EQ(config.model_dir, "runs/moved");
  EXPECT_TRUE(config.resume);
}

TEST_F(ResumeTest, LimitsLoggingAndThreadsMayChange) {
  const TrainingConfig config =
      resumed({"--max-updates", "200", "--log-every", "1", "--threads", "1", "--d-model", "256"});
  EXPECT_EQ(config.schedule.max_updates, 200);
  EXPECT_EQ(config.schedule.log_every, 1);
  EXPECT_EQ(config.threads, 1);
}

TEST_F(ResumeTest, OtherDifferencesAreRefusedWithBothValues) {
  EXPECT_EQ(refusal({"--d-model", "512", "--max-updates", "200", "--seed", "2"}),
            "--resume may change only limits, logging and threads, not d-model (was 256, now 512), "
            "seed (was 1, now 2)");
  EXPECT_EQ(refusal({"--train-sets", "b.en", "b.de"}),
            "--resume may change only limits, logging and threads, not train-sets (was a.en a.de, "
            "now b.en b.de)");
}

}  // namespace
}  // namespace nmt::config
