#include "nmt/report/read_run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <cmath>

#include "data/text/error.h"
#include "tests/nmt/report/planted_log.h"
#include "tests/testing/temp_folder.h"

namespace nmt::report::read_run_test {
namespace {

using nmt::testing::message_of;
using nmt::testing::TempFolder;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

PlantedLog short_log() {
  PlantedLog log;
  log.config("postln-6L", 0.001, 7)
      .update(1, 6.5, {{"cross", {{0.9, 0.8}, {0.7, 0.5}}}})
      .valid(1, 6.0, nullptr)
      .update(10, "nan", {{"cross", {{0.9, 0.04}, {0.7, 0.01}}, 31}})
      .end();
  return log;
}

class ReadRun : public ::testing::Test {
 protected:
  report::Run read(const std::string& bytes) {
    return read_run(folder_.write("run.jsonl", bytes), 16);
  }
  std::string error(const std::string& bytes) {
    return message_of<InputError>([&] { read(bytes); });
  }
  TempFolder folder_;
};

TEST_F(ReadRun, TakesScalarsAndAttention) {
  const auto run = read(short_log().text());
  EXPECT_EQ(run.architecture, "postln-6L");
  EXPECT_EQ(run.seed(), "7");
  EXPECT_DOUBLE_EQ(run.learning_rate(), 0.001);
  ASSERT_EQ(run.updates.size(), 2u);
  EXPECT_DOUBLE_EQ(run.updates[0].nll, 6.5);
  EXPECT_TRUE(std::isnan(run.updates[1].nll));
  EXPECT_EQ(run.updates[1].tokens, 1000);
  ASSERT_EQ(run.valids.size(), 1u);
  EXPECT_FALSE(run.valids[0].bleu);
  EXPECT_EQ(run.end->status, "ok");
  const AttentionHistory& cross = run.attention[2];
  EXPECT_EQ(cross.layers(), 2u);
  EXPECT_EQ(cross.heads(), 2u);
  EXPECT_FLOAT_EQ(cross.relative_mean.at(0, 0), 0.85f);
  EXPECT_FLOAT_EQ(cross.relative_mean.at(1, 1), 0.355f);
  EXPECT_FLOAT_EQ(cross.relative_lowest.at(1, 1), 0.01f);
  EXPECT_FLOAT_EQ(cross.head_relative.at(1, 1), 0.04f);
  EXPECT_FLOAT_EQ(cross.largest_logit.at(0, 1), 31);
  EXPECT_DOUBLE_EQ(cross.lowest().value, 0.355);
  EXPECT_EQ(cross.lowest().layer, 2);
  EXPECT_EQ(cross.lowest().update, 10);
  EXPECT_EQ(cross.largest().head, 1);
  EXPECT_EQ(cross.first_low_head(2).head, 2);
  EXPECT_EQ(cross.first_low_head(2).update, 10);
  EXPECT_EQ(run.attention[0].layers(), 0u);
}

TEST_F(ReadRun, TakesTheNewerKeys) {
  PlantedLog log;
  log.config("preln-6L", 0.001, 1);
  const ordered_json layer = {{"kind", "cross"},
                              {"layer", 1},
                              {"entropy", {1.5}},
                              {"relative_entropy", {0.5}},
                              {"min_entropy", {0.2}},
                              {"max_logit", {"inf"}},
                              {"relative_quantiles", {{0.1, 0.2, 0.3, 0.4, 0.5}}},
                              {"bound", {0.25}},
                              {"bound_entropy", nullptr}};
  const ordered_json matrices = {
      {{"name", "a"}, {"sigma", 2}, {"gamma", -3}},
      {{"name", "b"}, {"sigma", 2}, {"gamma", nullptr}},
      {{"name", "c"}, {"sigma", 2}, {"gamma", 1}, {"effective_sigma", 5}, {"update_ratio", 0.125}}};
  const ordered_json stream = {
      {{"stack", "decoder"}, {"layer", 1}, {"activation_rms", 4}, {"gradient_rms", 0.5}},
      {{"stack", "encoder"}, {"layer", 1}, {"activation_rms", 3}, {"gradient_rms", 0.25}}};
  log.line({{"type", "update"},
            {"update", 1},
            {"attention", ordered_json::array({layer})},
            {"matrices", matrices},
            {"stream", stream}});
  log.line({{"type", "sharpness"}, {"update", 1}, {"sharpness", 40}, {"preconditioned", nullptr}});
  const auto run = read(log.text());
  const AttentionHistory& cross = run.attention[2];
  EXPECT_FLOAT_EQ(cross.head_quantiles[3].at(0, 0), 0.4f);
  EXPECT_FLOAT_EQ(cross.head_bound.at(0, 0), 0.25f);
  EXPECT_TRUE(std::isnan(cross.head_bound_entropy.at(0, 0)));
  EXPECT_TRUE(std::isinf(cross.head_largest_logit.at(0, 0)));
  EXPECT_FLOAT_EQ(run.matrices.effective_sigma.at(0, 0), 3);
  EXPECT_FLOAT_EQ(run.matrices.effective_sigma.at(1, 0), 2);
  EXPECT_FLOAT_EQ(run.matrices.effective_sigma.at(2, 0), 5);
  EXPECT_FLOAT_EQ(run.matrices.update_ratio.at(2, 0), 0.125f);
  EXPECT_EQ(run.stream.encoder_layers(), 1u);
  EXPECT_FLOAT_EQ(run.stream.activation_rms.at(0, 0), 3);
  EXPECT_FLOAT_EQ(run.stream.gradient_rms.at(1, 0), 0.5f);
  EXPECT_DOUBLE_EQ(run.sharpness.at(0).sharpness, 40);
  EXPECT_FALSE(run.sharpness.at(0).preconditioned);
  EXPECT_FALSE(run.end);
}

TEST_F(ReadRun, ForgivesATornLastLineAlone) {
  const std::string log = short_log().text();
  EXPECT_EQ(read(log + "{\"type\":\"upd").updates.size(), 2u);
  EXPECT_THAT(error(log + "{\"type\":\"upd\n" + log), HasSubstr("run.jsonl:6: not a record of a"));
}

TEST_F(ReadRun, NamesTheLineAndTheKeyOfAMalformedRecord) {
  const std::string log = short_log().text();
  EXPECT_THAT(error(log + "{\"type\":\"update\",\"update\":\"ten\"}\n"),
              HasSubstr("run.jsonl:6: not a record of a run log: \"update\" must be a whole "
                        "number, found \"ten\""));
  EXPECT_THAT(error(log + "{\"type\":\"update\",\"update\":1,\"attention\":3}\n"),
              HasSubstr("\"attention\" must be a list, found 3"));
}

TEST_F(ReadRun, RefusesAFileThatIsNoRun) {
  EXPECT_THAT(error("{\"type\":\"other\"}\n"), HasSubstr("no line of type \"config\""));
  EXPECT_THAT(error(""), HasSubstr("no line of type \"config\""));
}

TEST_F(ReadRun, SkipsTypesThatItDoesNotKnow) {
  EXPECT_EQ(read(short_log().line({{"type", "weather"}, {"update", 3}}).text()).updates.size(), 2u);
}

TEST_F(ReadRun, ReadsGzip) {
  const std::string path = folder_.path("run.jsonl.gz");
  const std::string text = short_log().text();
  gzFile file = gzopen(path.c_str(), "wb");
  ASSERT_EQ(gzwrite(file, text.data(), static_cast<unsigned>(text.size())),
            static_cast<int>(text.size()));
  gzclose(file);
  EXPECT_EQ(read_run(path, 16).updates.size(), 2u);
}

TEST_F(ReadRun, OfAnyLengthKeepsTheLimitOfColumns) {
  PlantedLog log;
  log.config("preln-6L", 0.001, 1);
  for (int64_t update = 1; update <= 1000; ++update) {
    log.update(update, 3, {{"cross", {{update == 567 ? 0.0 : 0.5}}}});
  }
  const auto run = read(log.text());
  EXPECT_LE(run.clock.blocks(), 16u);
  EXPECT_GE(run.clock.blocks(), 8u);
  float lowest = 1;
  for (size_t block = 0; block < run.clock.blocks(); ++block) {
    lowest = std::min(lowest, run.attention[2].relative_lowest.at(0, block));
  }
  EXPECT_EQ(lowest, 0);
  EXPECT_EQ(run.attention[2].lowest().update, 567);
}

TEST(FindLogs, SearchesFoldersAndTakesEachLogOnce) {
  TempFolder folder;
  for (const char* name : {"comparison/b", "comparison/a", "comparison/c", "empty"}) {
    std::filesystem::create_directories(folder.path(name));
  }
  folder.write("comparison/b/run.jsonl", "of an older version");
  folder.write("comparison/b/run.jsonl.gz", "packed, too");
  folder.write("comparison/a/run.jsonl.gz", "x");
  folder.write("comparison/c/other.jsonl", "x");
  const std::string a = folder.path("comparison/a/run.jsonl.gz"),
                    b = folder.path("comparison/b/run.jsonl.gz");
  EXPECT_THAT(find_logs({folder.path("comparison"), b}), ElementsAre(a, b));
  EXPECT_THAT(find_logs({folder.path("comparison/c/other.jsonl")}),
              ElementsAre(folder.path("comparison/c/other.jsonl")));
  EXPECT_THAT(message_of<InputError>([&] { find_logs({folder.path("empty")}); }),
              HasSubstr("no run.jsonl.gz or run.jsonl in the folder"));
  EXPECT_THAT(message_of<InputError>([&] { find_logs({folder.path("gone")}); }),
              HasSubstr("there is no file or folder"));
}

}  // namespace
}  // namespace nmt::report::read_run_test
