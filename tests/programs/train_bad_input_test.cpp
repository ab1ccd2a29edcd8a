// What nmt-train says about input that it cannot use, and with which exit status.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/programs/train_folder.h"

namespace nmt::programs {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class TrainBadInput : public ::testing::Test {
 protected:
  // Expects `status` and returns what is said on standard error.
  std::string errors(const Words& words, int status) {
    const Result result = folder_.run(words);
    EXPECT_EQ(result.status, status) << result.output;
    EXPECT_THAT(result.errors, StartsWith("nmt-train: error: "));
    return result.errors;
  }

  std::string train_errors(const Words& changes, int status) {
    return errors(folder_.train("model") + Words{"--max-updates", "2"} + changes, status);
  }

  TrainFolder folder_;
};

TEST_F(TrainBadInput, AMissingFileIsNamed) {
  EXPECT_THAT(train_errors({"--train-sets", "train.en", "absent.de"}, 1),
              AllOf(HasSubstr("absent.de"), HasSubstr("No such file")));
  EXPECT_THAT(train_errors({"--vocab", "absent.model"}, 1), HasSubstr("absent.model"));
  EXPECT_THAT(train_errors({"--config", "absent.conf"}, 1), HasSubstr("absent.conf"));
}

TEST_F(TrainBadInput, AFileThatCannotBeReadIsNamed) {
  std::filesystem::create_directory(folder_.path("folder.en"));
  EXPECT_THAT(train_errors({"--train-sets", "folder.en", "train.de"}, 1), HasSubstr("folder.en"));
}

TEST_F(TrainBadInput, SetsOfDifferentLengthWithBothCounts) {
  folder_.write("short.de", "eine Zeile\nnoch eine\n");
  EXPECT_THAT(train_errors({"--train-sets", "train.en", "short.de"}, 1),
              AllOf(HasSubstr("train.en has 120 lines"), HasSubstr("short.de has 2")));
  EXPECT_THAT(train_errors({"--valid-sets", "short.de", "valid.de"}, 1),
              AllOf(HasSubstr("short.de has 2 lines"), HasSubstr("valid.de has 8")));
}

TEST_F(TrainBadInput, InvalidUtf8WithFileLineAndByte) {
  folder_.write("bad.en",
                "fine\nstill fine\nbr\xff"
                "ken\n");
  folder_.write("good.de", "a\nb\nc\n");
  EXPECT_THAT(train_errors({"--train-sets", "bad.en", "good.de"}, 1),
              AllOf(HasSubstr("bad.en: line 3, byte 3 (0xFF)"), HasSubstr("--invalid-utf8 skip")));
}

TEST_F(TrainBadInput, AWrongArchitectureGetsTheNearestName) {
  EXPECT_THAT(train_errors({"--arch", "postlm-6L"}, 2),
              AllOf(HasSubstr("postlm-6L"), HasSubstr("postln-6L"), HasSubstr("--help")));
}

TEST_F(TrainBadInput, AnUnknownFlagGetsTheNearestName) {
  EXPECT_THAT(train_errors({"--learning-rat", "1"}, 2), HasSubstr("--learning-rate"));
  EXPECT_THAT(train_errors({"--warmup-update", "1"}, 2), HasSubstr("--warmup-updates"));
}

TEST_F(TrainBadInput, ResumeWithNothingToGoOnWith) {
  EXPECT_THAT(train_errors({"--resume"}, 2),
              AllOf(HasSubstr("model folder model"), HasSubstr("holds no run")));
}

TEST_F(TrainBadInput, AModelFolderThatIsNotEmpty) {
  std::filesystem::create_directory(folder_.path("model"));
  folder_.write("model/thesis.tex", "years of work");
  EXPECT_THAT(train_errors({}, 2), AllOf(HasSubstr("is not empty"), HasSubstr("--overwrite")));
  EXPECT_EQ(folder_.read("model/thesis.tex"), "years of work");
}

TEST_F(TrainBadInput, AModelFolderThatCannotBeWritten) {
  EXPECT_THAT(train_errors({"--model-dir", "train.en/model"}, 1),
              AllOf(HasSubstr("train.en/model"), HasSubstr("cannot be written")));
}

TEST_F(TrainBadInput, AVocabularyThatIsNone) {
  EXPECT_THAT(train_errors({"--vocab", "train.en"}, 1),
              AllOf(HasSubstr("train.en"), HasSubstr("not a SentencePiece model")));
}

TEST_F(TrainBadInput, MoreMemoryThanThereIsWithTheRemedy) {
  const std::string message =
      errors(Words{NMT_TRAIN, "--arch", "preln-1000L", "--vocab-size", "120", "--model-dir",
                   "model", "--max-tokens", "1000000"} +
                 folder_.sets(),
             2);
  EXPECT_THAT(message, AllOf(HasSubstr("over 90 % of the"), HasSubstr("lower --max-tokens")));
}

TEST_F(TrainBadInput, AnOverwriteThatCannotStartRemovesNothing) {
  ASSERT_EQ(folder_.run(folder_.train("model") + Words{"--max-updates", "2"}).status, 0);
  train_errors({"--overwrite", "--train-sets", "absent.en", "absent.de"}, 1);
  EXPECT_EQ(folder_.checkpoints("model"), Words{"update-00000002"});
  EXPECT_EQ(folder_.logged_update("model"), 2);
}

TEST_F(TrainBadInput, AFixedKeyThatChangesOnResume) {
  ASSERT_EQ(folder_.run(folder_.train("model") + Words{"--max-updates", "2"}).status, 0);
  EXPECT_THAT(train_errors({"--resume", "--d-model", "32"}, 2),
              AllOf(HasSubstr("d-model (was 16, now 32)"), Not(HasSubstr("ffn-dim"))));
}

// Every file of the newest checkpoint, cut in half and with one byte changed.
TEST_F(TrainBadInput, ADamagedCheckpointIsNamed) {
  ASSERT_EQ(folder_.run(folder_.train("model") + Words{"--max-updates", "2"}).status, 0);
  const std::string checkpoint = "model/checkpoints/update-00000002/";
  for (const char* file :
       {"model.safetensors", "optimizer.safetensors", "state.json", "config.json", "spm.model"}) {
    const std::string whole = folder_.read(checkpoint + file);
    folder_.write(checkpoint + file, whole.substr(0, whole.size() / 2));
    EXPECT_THAT(train_errors({"--resume"}, 1), HasSubstr(checkpoint + file));
    folder_.write(checkpoint + file, whole);
  }
  for (const char* file : {"model.safetensors", "optimizer.safetensors", "spm.model"}) {
    std::string bytes = folder_.read(checkpoint + file);
    bytes[bytes.size() - 5] ^= 1;
    folder_.write(checkpoint + file, bytes);
    EXPECT_THAT(train_errors({"--resume"}, 1), HasSubstr(checkpoint + file));
    bytes[bytes.size() - 5] ^= 1;
    folder_.write(checkpoint + file, bytes);
  }
}

}  // namespace
}  // namespace nmt::programs
