// From two text files to a scored translation with the three programs, and what a person sees.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "layers/norm_kind.h"
#include "tests/programs/train_folder.h"

namespace nmt::programs::train_end_to_end_test {
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

TEST(TrainEndToEnd, EveryNormTrainsAndTranslates) {
  const TrainFolder folder;
  for (const layers::NormRow& norm : layers::kNormKinds) {
    const std::string word = norm.name.empty() ? "" : "-" + std::string(norm.name);
    SCOPED_TRACE("norm '" + word + "'");
    for (const std::string scheme : {"preln", "postln"}) {
      const std::string model = scheme + word;
      const Result trained =
          folder.run(folder.train(model) + Words{"--arch", model + "-2L", "--max-updates", "20"});
      ASSERT_EQ(trained.status, 0) << trained.errors;
      const auto first = nlohmann::json::parse(folder.log(model)[1]);
      const auto last = nlohmann::json::parse(folder.log(model).end()[-4]);
      EXPECT_EQ(last["update"], 20);
      EXPECT_LT(last["nll"], first["nll"]);
      const Result translated = folder.run({NMT_TRANSLATE, "--model", model + "/best", "--input",
                                            "valid.en", "--output", model + ".de"});
      ASSERT_EQ(translated.status, 0) << translated.errors;
      const std::string lines = folder.read(model + ".de");
      EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 8);
    }
  }
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
  const std::vector<std::string> expected = {"config",   "update 1",     "update 3", "update 6",
                                             "update 7", "checkpoint 7", "valid 7",  "end 7"};
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

// The score of `hypotheses` to nine digits.
double score_of(const TrainFolder& folder, const std::string& reference,
                const std::string& hypotheses) {
  const Result scored = folder.run({NMT_SCORE, reference, "-i", hypotheses, "-b", "-w", "9"});
  EXPECT_EQ(scored.status, 0) << scored.errors;
  return std::stod(scored.output);
}

TEST(TrainEndToEnd, ValidationBleuIsThatOfNmtTranslateHoweverLongTheTargets) {
  const TrainFolder folder;
  for (const std::string set : {"train", "valid"}) {
    std::string targets;
    std::istringstream lines(folder.read(set + ".de"));
    for (std::string line; std::getline(lines, line);) {
      for (int i = 0; i < 3; ++i) targets += line + (i < 2 ? " " : "\n");
    }
    folder.write(set + ".de", targets);
  }
  const Result trained =
      folder.run(folder.train("model") + Words{"--max-updates", "60", "--learning-rate", "0.01"});
  ASSERT_EQ(trained.status, 0) << trained.errors;
  const auto model = nlohmann::json::parse(folder.read("model/best/config.json"))["model"];
  const std::string bound = model["length-bound"];
  EXPECT_GE(std::stod(bound), 2.0);
  EXPECT_NE(bound, "2x+10");
  double logged = -1.0;
  for (const std::string& line : folder.log("model")) {
    const auto json = nlohmann::json::parse(line);
    if (json["type"] == "valid") logged = json["bleu"];
  }
  const Result translated = folder.run({NMT_TRANSLATE, "--model", "model/best", "--input",
                                        "valid.en", "--output", "out.de", "--beam-size", "1"});
  ASSERT_EQ(translated.status, 0) << translated.errors;
  EXPECT_NEAR(score_of(folder, "valid.de", "out.de"), logged, 1e-8);
}

TEST(TrainEndToEnd, ValidationLeavesOutOnlyWhatCannotBeReadAndSaysSo) {
  const TrainFolder folder;
  const std::string source = folder.read("valid.en"), target = folder.read("valid.de");
  std::string joined = source;
  std::replace(joined.begin(), joined.end(), '\n', ' ');
  folder.write("valid.en", source + joined + "\n\n");
  folder.write("valid.de", target + target.substr(0, target.find('\n') + 1) + "x\n");
  const Result trained =
      folder.run(folder.train("model") + Words{"--max-updates", "1", "--max-length", "32"});
  ASSERT_EQ(trained.status, 0) << trained.errors;
  EXPECT_THAT(trained.output, HasSubstr("valid.kept              9\n"));
  EXPECT_THAT(trained.output, HasSubstr("valid.too_long          0\n"));
  EXPECT_THAT(trained.output,
              HasSubstr("validation leaves 1 of 10 pairs out of its loss and its BLEU\n"));
}

TEST(TrainEndToEnd, SourceAndTargetMayHaveAVocabularyEach) {
  const TrainFolder folder;
  for (const auto& [side, size] : {std::pair{"en", "100"}, std::pair{"de", "110"}}) {
    const std::string text = std::string("train.") + side;
    ASSERT_EQ(folder
                  .run(folder.train(side) + Words{"--train-sets", text, text, "--vocab-size", size,
                                                  "--max-updates", "1"})
                  .status,
              0);
  }
  const Words two = {"--vocab", "en/best/spm.model", "de/best/spm.model", "--save-every", "5"};
  const Words more = {"--max-updates", "20", "--average-last", "2"};
  const Result whole = folder.run(folder.train("whole") + two + more);
  ASSERT_EQ(whole.status, 0) << whole.errors;
  EXPECT_EQ(folder.newest("whole", "source.spm.model"), folder.read("en/best/spm.model"));
  EXPECT_EQ(folder.newest("whole", "target.spm.model"), folder.read("de/best/spm.model"));
  EXPECT_EQ(folder.newest("whole", "spm.model"), "");

  ASSERT_EQ(
      folder.run(folder.train("parts") + two + Words{"--max-updates", "10", "--average-last", "2"})
          .status,
      0);
  const Result resumed =
      folder.run({NMT_TRAIN, "--model-dir", "parts", "--resume", "--max-updates", "20"});
  ASSERT_EQ(resumed.status, 0) << resumed.errors;
  EXPECT_EQ(folder.newest("parts", "model.safetensors"),
            folder.newest("whole", "model.safetensors"));
  const Result branched = folder.run(
      {NMT_TRAIN, "--branch-from", "parts", "--model-dir", "branch", "--max-updates", "25"});
  ASSERT_EQ(branched.status, 0) << branched.errors;

  for (const std::string model : {"whole/best", "parts/average", "branch/best"}) {
    const Result translated = folder.run({NMT_TRANSLATE, "--model", model, "--input", "valid.en"});
    ASSERT_EQ(translated.status, 0) << translated.errors;
    EXPECT_EQ(std::count(translated.output.begin(), translated.output.end(), '\n'), 8);
  }
  const Result tied =
      folder.run(folder.train("tied") + two + Words{"--tie-embeddings", "three-way"});
  EXPECT_EQ(tied.status, 2);
  EXPECT_THAT(tied.errors, HasSubstr("a vocabulary each"));
}

}  // namespace
}  // namespace nmt::programs::train_end_to_end_test
