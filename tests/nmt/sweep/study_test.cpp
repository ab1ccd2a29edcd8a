// Study files: what they mean, and what is said about wrong ones.

#include "nmt/sweep/study.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/text/error.h"
#include "tests/testing/temp_folder.h"

namespace nmt::sweep::study_test {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kHead = "variants = preln\ndepths = 6L\n";

std::string error(const std::string& text) {
  return nmt::testing::message_of<UsageError>([&] { parse_study(text, "x.study"); });
}

TEST(StudyTest, ListsArePartedBySpacesOrCommas) {
  const Study study = parse_study(
      "# Why.\nvariants = preln, postln-sigma\ndepths = 6L 60L-12L  # both\n"
      "learning-rates = 2e-3,0.01 0.0020\nseeds = 1,2 , 3\n",
      "x.study");
  EXPECT_THAT(study.variants, ElementsAre("preln", "postln-sigma"));
  EXPECT_THAT(study.depths, ElementsAre("6L", "60L-12L"));
  ASSERT_EQ(study.blocks.size(), 1u);
  EXPECT_THAT(study.blocks[0].learning_rates, ElementsAre("0.002", "0.01"));
  EXPECT_THAT(study.blocks[0].seeds, ElementsAre("1", "2", "3"));
  EXPECT_THAT(architectures(study),
              ElementsAre("preln-6L", "postln-sigma-6L", "preln-60L-12L", "postln-sigma-60L-12L"));
}

TEST(StudyTest, SectionsFitByGlobAndKeepTheirOrder) {
  const Study study = parse_study(
      "variants = postln postln-sigma\ndepths = 6L 100L\nd-model = 64\n\n[*-100L]\nmax-updates = "
      "5\n"
      "[postln-[0-9]*]   # the plain one\nskip = true\n",
      "x.study");
  ASSERT_EQ(study.blocks.size(), 3u);
  EXPECT_EQ(study.blocks[1].place, "x.study:5");
  EXPECT_TRUE(study.blocks[1].fits("postln-sigma-100L"));
  EXPECT_FALSE(study.blocks[1].fits("postln-6L"));
  EXPECT_EQ(study.blocks[1].settings.at(0).key, "max-updates");
  EXPECT_THAT(study.blocks[1].settings.at(0).values, ElementsAre("5"));
  EXPECT_EQ(study.blocks[2].pattern, "postln-[0-9]*");
  EXPECT_TRUE(study.blocks[2].fits("postln-6L"));
  EXPECT_FALSE(study.blocks[2].fits("postln-sigma-6L"));
  EXPECT_TRUE(study.blocks[2].skip.value());
  EXPECT_FALSE(study.blocks[0].skip.has_value());
}

TEST(StudyTest, ValuesAreThoseOfConfigurationFiles) {
  const Study study = parse_study(
      std::string(kHead) + "train-sets = \"my corpus.en\" b.de\nvocab = \"a b\"\nconfig = r.conf\n",
      "x.study");
  const std::vector<Setting>& settings = study.blocks[0].settings;
  ASSERT_EQ(settings.size(), 3u);
  EXPECT_THAT(settings[0].values, ElementsAre("my corpus.en", "b.de"));
  EXPECT_THAT(settings[1].values, ElementsAre("a b"));
  EXPECT_EQ(settings[2].key, "config");
}

TEST(StudyTest, EachSideMayHaveAVocabularyOfItsOwn) {
  const Study study =
      parse_study(std::string(kHead) + "vocab = src.spm \"t g t.spm\"\n", "x.study");
  EXPECT_THAT(study.blocks[0].settings.at(0).values, ElementsAre("src.spm", "t g t.spm"));
  EXPECT_EQ(error("vocab = a b c\n"), "x.study:1: vocab takes 1 to 2 values, got 3");
  EXPECT_EQ(error("vocab =\n"), "x.study:1: vocab takes 1 to 2 values, got 0");
}

TEST(StudyTest, UnknownKeysGetFileLineAndTheNearestName) {
  EXPECT_EQ(error(std::string(kHead) + "max-update = 5\n"),
            "x.study:3: unknown key 'max-update'; did you mean max-updates?");
  EXPECT_EQ(error("variant = preln\n"), "x.study:1: unknown key 'variant'; did you mean variants?");
  EXPECT_EQ(error(std::string(kHead) + "\n[preln-*]\n\nseed = 1\n"),
            "x.study:6: seed is set by nmt-sweep for each run: write seeds");
  EXPECT_THAT(error("arch = preln-6L\n"), HasSubstr("x.study:1: arch is set by nmt-sweep"));
  EXPECT_THAT(error("resume = true\n"), HasSubstr("x.study:1: resume is set by nmt-sweep"));
}

TEST(StudyTest, WrongValuesGetFileLineAndRule) {
  EXPECT_EQ(error("d-model = wide\n"), "x.study:1: d-model must be a whole number, got 'wide'");
  EXPECT_EQ(error("\nlearning-rates = 0.1 0\n"),
            "x.study:2: learning-rates must be above 0, got 0");
  EXPECT_EQ(error("seeds = 1,-2\n"), "x.study:1: seeds must be at least 0, got -2");
  EXPECT_EQ(error("seeds = ,\n"), "x.study:1: seeds needs at least one value");
  EXPECT_EQ(error("skip = yes\n"), "x.study:1: skip must be true or false, got 'yes'");
  EXPECT_EQ(error("train-sets = one.en\n"), "x.study:1: train-sets takes 2 values, got 1");
  EXPECT_THAT(error("variants = preln postlm\n"),
              AllOf(HasSubstr("x.study:1: variants: an architecture's name must be"),
                    HasSubstr("did you mean postln-6L?")));
  EXPECT_THAT(error("depths = 6\n"),
              HasSubstr("x.study:1: depths: an architecture's name must be"));
  EXPECT_THAT(error("variants =\n"), HasSubstr("x.study:1: variants needs at least one name"));
}

TEST(StudyTest, WrongLinesAndSections) {
  EXPECT_THAT(error("preln\n"), HasSubstr("x.study:1: a line must be 'key = value'"));
  EXPECT_EQ(error("heads = 2\n\nheads = 4\n"), "x.study:3: key 'heads' already stands on line 1");
  EXPECT_EQ(error(std::string(kHead) + "[preln-*\n"),
            "x.study:3: a section must be '[PATTERN]', got '[preln-*'");
  EXPECT_EQ(error(std::string(kHead) + "[]\n"),
            "x.study:3: a section must be '[PATTERN]', got '[]'");
  EXPECT_EQ(error(std::string(kHead) + "[preln-*]\ndepths = 18L\n"),
            "x.study:4: depths stands at the head of a study, before its sections");
  EXPECT_EQ(error(std::string(kHead) + "[postln-*]\nheads = 2\n"),
            "x.study:3: section [postln-*] fits no architecture of the study; it has preln-6L");
}

TEST(StudyTest, ARepeatedKeyInAnotherSectionIsNone) {
  const Study study = parse_study(
      std::string(kHead) + "heads = 2\n[preln-*]\nheads = 4\n[*-6L]\nheads = 8\n", "x.study");
  EXPECT_EQ(study.blocks.size(), 3u);
}

TEST(StudyTest, ListWords) {
  EXPECT_THAT(list_words(" a,b  c,, d "), ElementsAre("a", "b", "c", "d"));
  EXPECT_THAT(list_words(" , "), IsEmpty());
}

}  // namespace
}  // namespace nmt::sweep::study_test
