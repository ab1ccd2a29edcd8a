// From two text files to a scored translation with the three programs, and what a person sees.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/programs/train_folder.h"

namespace nmt::programs {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(TrainEndToEnd, TrainTranslateScore) {
  const TrainFolder folder;
  const Result trained = folder.run(folder.train("model") + Words{"--max-updates", "30"} +
                                    Words{"--validate-every", "15", "--valid-bleu-segments", "4"});
  ASSERT_EQ(trained.status, 0) << trained.errors;
  EXPECT_THAT(trained.output, HasSubstr("postln-sigma-2L-1L"));
  EXPECT_THAT(trained.output, HasSubstr("gamma at the start: 1"));
  EXPECT_THAT(trained.output, HasSubstr("valid at update 15"));
  EXPECT_THAT(trained.output, HasSubstr("end after update 30"));
  EXPECT_EQ(trained.errors, "");

  const Result translated =
      folder.run({NMT_TRANSLATE, "--model", "model/best", "--input", "valid.en", "--output",
                  "hypotheses.de", "--max-length", "12", "--threads", "2"});
  ASSERT_EQ(translated.status, 0) << translated.errors;
  const std::string hypotheses = folder.read("hypotheses.de");
  EXPECT_EQ(std::count(hypotheses.begin(), hypotheses.end(), '\n'), 8);

  const Result scored = folder.run({NMT_SCORE, "valid.de", "-i", "hypotheses.de", "-b"});
  ASSERT_EQ(scored.status, 0) << scored.errors;
  const double bleu = std::stod(scored.output);
  EXPECT_GE(bleu, 0.0);
  EXPECT_LE(bleu, 100.0);
}

TEST(TrainEndToEnd, TheLogHasItsLinesInOrder) {
  const TrainFolder folder;
  const Result trained =
      folder.run(folder.train("model") + Words{"--max-updates", "7", "--valid-bleu-segments", "0"});
  ASSERT_EQ(trained.status, 0) << trained.errors;
  std::vector<std::string> types;
  for (const std::string& line : folder.log("model")) {
    const auto json = nlohmann::json::parse(line);
    types.push_back(json["type"].get<std::string>() +
                    (json.contains("update") ? " " + json["update"].dump() : ""));
  }
  const std::vector<std::string> expected = {"config",   "update 1", "update 3",     "update 6",
                                             "update 7", "valid 7",  "checkpoint 7", "end 7"};
  EXPECT_EQ(types, expected);
}

TEST(TrainEndToEnd, TwoRunsOfOneSeedAreTheSame) {
  const TrainFolder folder;
  const Words limits = {"--max-updates", "12", "--dropout", "0.2"};
  ASSERT_EQ(folder.run(folder.train("a") + limits).status, 0);
  ASSERT_EQ(folder.run(folder.train("b") + limits).status, 0);
  EXPECT_EQ(folder.newest("a", "model.safetensors"), folder.newest("b", "model.safetensors"));
  EXPECT_EQ(folder.log("a"), folder.log("b"));
}

TEST(TrainEndToEnd, AModelIsTunedOnOtherText) {
  const TrainFolder folder;
  const Words updates = {"--max-updates", "20", "--average-last", "2", "--save-every", "10"};
  ASSERT_EQ(folder.run(folder.train("model") + updates).status, 0);
  folder.write("new.en", "the old house\nthe new tree\n");
  folder.write("new.de", "das alte Haus\nder neue Baum\n");
  for (const std::string from :
       {"model/best", "model/average", "model/checkpoints/update-00000010"}) {
    std::filesystem::remove_all(folder.path("tuned"));
    // The shape is the model's; no key of it need be given.
    const Result tuned = folder.run(Words{NMT_TRAIN, "--init-from", from, "--model-dir", "tuned"} +
                                    Words{"--train-sets", "new.en", "new.de", "--valid-sets"} +
                                    Words{"valid.en", "valid.de", "--max-updates", "3"} +
                                    Words{"--device", "cpu", "--threads", "1"});
    ASSERT_EQ(tuned.status, 0) << tuned.errors;
    EXPECT_THAT(tuned.output, HasSubstr("starts from the model " + folder.path(from)));
    EXPECT_THAT(tuned.output, HasSubstr("weights and vocabulary are those of"));
    EXPECT_EQ(tuned.output.find("gamma its spectral norm") != std::string::npos,
              from == "model/average");
    EXPECT_EQ(folder.checkpoints("tuned").back(), "update-00000003");
    EXPECT_EQ(folder.newest("tuned", "spm.model"), folder.newest("model", "spm.model"));
  }
}

TEST(TrainEndToEnd, WithoutDataItTrainsOnTheToyGrammarAndSaysSo) {
  const TrainFolder folder;
  const Result trained =
      folder.run({NMT_TRAIN, "--arch", "preln-1L", "--max-updates", "1", "--valid-bleu-segments",
                  "0", "--model-dir", "demo", "--threads", "2"});
  ASSERT_EQ(trained.status, 0) << trained.errors;
  EXPECT_THAT(trained.output, StartsWith("no --train-sets: training on the built-in "
                                         "English-German toy grammar under configs/demo.conf\n"));
  EXPECT_EQ(folder.logged_update("demo"), 1);
}

}  // namespace
}  // namespace nmt::programs
