// What nmt-train says about input that it cannot use, and with which exit status.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/programs/train_folder.h"

namespace nmt::programs::train_bad_input_test {
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

// Every way to refuse a run that comes after its command line was read.
std::vector<Words> refusals(const TrainFolder& folder, bool resumes) {
  folder.write("other.en", "another text\n");
  folder.write("other.de", "ein anderer Text\n");
  std::vector<Words> all = {{"--train-sets", "absent.en", "absent.de"},
                            {"--train-sets", "other.en", "train.de"},
                            {"--vocab", "train.en"}};
  if (resumes) {
    all.push_back({"--train-sets", "other.en", "other.de"});
  } else {
    all.push_back({"--arch", "preln-1000L", "--d-model", "512", "--ffn-dim", "2048"});
    all.back() = all.back() + Words{"--heads", "8", "--max-tokens", "1000000"};
  }
  return all;
}

TEST_F(TrainBadInput, ARefusedRunLeavesItsFolderAsItWas) {
  ASSERT_EQ(
      folder_.run(folder_.train("model") + Words{"--max-updates", "4", "--save-every", "2"}).status,
      0);
  const auto before = folder_.everything("model");
  for (const char* way : {"--overwrite", "--resume"}) {
    for (const Words& wrong : refusals(folder_, way == std::string("--resume"))) {
      const Result result =
          folder_.run(folder_.train("model") + Words{"--max-updates", "6", way} + wrong);
      EXPECT_NE(result.status, 0) << way << " " << wrong[0];
      EXPECT_EQ(folder_.everything("model"), before) << way << " " << wrong[0];
    }
  }
}

TEST_F(TrainBadInput, ARefusedRunMakesNoFolder) {
  for (const Words& wrong : refusals(folder_, /*resumes=*/false)) {
    const Result result =
        folder_.run(folder_.train("runs/new") + Words{"--max-updates", "2"} + wrong);
    EXPECT_NE(result.status, 0) << wrong[0];
    EXPECT_FALSE(std::filesystem::exists(folder_.path("runs"))) << wrong[0];
  }
}

TEST_F(TrainBadInput, OtherTextUnderTheSameName) {
  ASSERT_EQ(folder_.run(folder_.train("model") + Words{"--max-updates", "2"}).status, 0);
  std::string target = folder_.read("train.de");
  target[0] ^= 0x20;  // One letter, small in place of large.
  folder_.write("train.de", target);
  for (const Words& way :
       {Words{"--resume"}, Words{"--branch-from", "model", "--model-dir", "branch"}}) {
    EXPECT_THAT(errors(Words{NMT_TRAIN, "--model-dir", "model", "--max-updates", "4"} + way, 1),
                AllOf(HasSubstr("train.de: is not the text that the run began with"),
                      HasSubstr("120 segments")));
  }
}

TEST_F(TrainBadInput, WeightsOfAnotherShape) {
  ASSERT_EQ(folder_.run(folder_.train("model") + Words{"--max-updates", "2"}).status, 0);
  EXPECT_THAT(
      train_errors(
          {"--model-dir", "tuned", "--init-from", "model/best", "--arch", "postln-sigma-3L-1L"}, 2),
      AllOf(HasSubstr("--init-from takes the weights of"),
            HasSubstr("arch (was postln-sigma-2L-1L, now postln-sigma-3L-1L)")));
  EXPECT_THAT(train_errors({"--model-dir", "tuned", "--init-from", "model"}, 1),
              AllOf(HasSubstr("is the folder of a run"), HasSubstr("model/best")));
  EXPECT_THAT(train_errors({"--model-dir", "tuned", "--init-from", "absent"}, 1),
              HasSubstr("absent: no such folder"));
  EXPECT_FALSE(std::filesystem::exists(folder_.path("tuned")));
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
}  // namespace nmt::programs::train_bad_input_test
