// Training on text that comes as it comes: out of pipes, packed, marked by an editor.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/programs/train_folder.h"

namespace nmt::programs::train_input_kinds_test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class TrainInputKinds : public ::testing::Test {
 protected:
  // `words` as a command of bash, with `redirections` behind it.
  Result bash(const Words& words, const std::string& redirections) {
    std::string command;
    for (const std::string& word : words) command += "'" + word + "' ";
    return folder_.run({"/bin/bash", "-c", command + redirections});
  }

  // The model of a run on the plain files.
  std::string expected_model(int updates) {
    const Words limit = {"--max-updates", std::to_string(updates)};
    EXPECT_EQ(folder_.run(folder_.train("files") + limit).status, 0);
    return folder_.newest("files", "model.safetensors");
  }

  // The flags of a run without its sets.
  Words run_into(const std::string& model_dir) {
    Words words = folder_.train(model_dir);
    words.resize(words.size() - folder_.sets().size());
    return words;
  }

  TrainFolder folder_;
};

TEST_F(TrainInputKinds, PipesGiveTheRunOfTheirFilesAlsoAfterResume) {
  const Result piped =
      bash(run_into("pipes") + Words{"--max-updates", "4"},
           "--train-sets <(cat train.en) <(gzip -c train.de) --valid-sets - <(cat valid.de) "
           "< <(gzip -c valid.en)");
  ASSERT_EQ(piped.status, 0) << piped.errors;
  const std::string bytes = std::to_string(folder_.read("train.en").size()) + " bytes";
  EXPECT_THAT(piped.output, AllOf(HasSubstr("piped-text/train.src, " + bytes),
                                  HasSubstr("standard input is kept for --resume in ")));
  EXPECT_EQ(folder_.read("pipes/piped-text/train.src"), folder_.read("train.en"));

  const Result resumed =
      folder_.run({NMT_TRAIN, "--model-dir", "pipes", "--resume", "--max-updates", "8"});
  ASSERT_EQ(resumed.status, 0) << resumed.errors;
  EXPECT_EQ(folder_.newest("pipes", "model.safetensors"), expected_model(8));
}

TEST_F(TrainInputKinds, NeitherNameNorMarkNorPackingIsText) {
  folder_.write("marked.en", "\xEF\xBB\xBF" + folder_.read("train.en"));
  ASSERT_EQ(bash({"gzip", "-c", "train.de"}, "> packed").status, 0);
  folder_.write("run.conf", "\xEF\xBB\xBFmax-updates = 4\r\n");
  const Result result =
      folder_.run(run_into("other") + Words{"--train-sets", "marked.en", "packed", "--valid-sets",
                                            "valid.en", "valid.de", "--config", "run.conf"});
  ASSERT_EQ(result.status, 0) << result.errors;
  EXPECT_EQ(folder_.newest("other", "model.safetensors"), expected_model(4));
}

TEST_F(TrainInputKinds, AConfigurationOutOfAPipeCountsWithTheToyGrammar) {
  const Result result =
      bash({NMT_TRAIN, "--model-dir", "demo"},
           "--config <(echo arch = preln-1L; echo max-updates = 1; echo d-model = 32; "
           "echo valid-bleu-segments = 0)");
  ASSERT_EQ(result.status, 0) << result.errors;
  EXPECT_THAT(result.output, HasSubstr("d-model                 32\n"));
}

TEST_F(TrainInputKinds, ARefusedRunKeepsNoPipe) {
  const Result result =
      bash(run_into("refused"), "--train-sets <(echo one; echo two) <(echo eins)");
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.errors, AllOf(HasSubstr("train.src has 2 lines"), HasSubstr("has 1")));
  EXPECT_FALSE(std::filesystem::exists(folder_.path("refused/piped-text")));
}

// The system refuses memory to the CPU: one sentence, and no C++ stack.
TEST_F(TrainInputKinds, RefusedMemoryIsOneSentenceWithTheRemedy) {
  const Result result = folder_.run(
      {"/bin/bash", "-c",
       std::string("ulimit -v 2500000; '") + NMT_TRAIN +
           "' --arch preln-2L --d-model 2048 --ffn-dim 8192 --vocab-size 120 --max-tokens 600 "
           "--threads 1 --device cpu --model-dir large --train-sets train.en train.de"});
  EXPECT_EQ(result.status, 1);
  EXPECT_EQ(std::count(result.errors.begin(), result.errors.end(), '\n'), 1) << result.errors;
  EXPECT_THAT(result.errors,
              AllOf(HasSubstr("memory does not hold"), HasSubstr("lower --max-tokens")));
}

// Activations that do not fit show themselves before anything is written, and are told by the pair.
TEST_F(TrainInputKinds, TheLargestBatchIsTriedFirst) {
  const Result result = folder_.run(
      {"/bin/bash", "-c",
       std::string("ulimit -v 2000000; '") + NMT_TRAIN +
           "' --arch preln-100L --d-model 64 --ffn-dim 512 --heads 2 --vocab-size 120 --threads 1 "
           "--device cpu --model-dir deep --train-sets train.en train.de"});
  EXPECT_EQ(result.status, 1);
  EXPECT_EQ(std::count(result.errors.begin(), result.errors.end(), '\n'), 1) << result.errors;
  EXPECT_THAT(result.errors, AllOf(HasSubstr("train.en:"), HasSubstr("does not hold an update"),
                                   HasSubstr("lower --max-tokens"), HasSubstr("--recompute true")));
  EXPECT_FALSE(std::filesystem::exists(folder_.path("deep")));
}

}  // namespace
}  // namespace nmt::programs::train_input_kinds_test
