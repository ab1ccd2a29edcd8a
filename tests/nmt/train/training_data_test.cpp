// What a run reads: which pairs training and validation keep, one vocabulary or two, and what a
// model takes over from its data.

#include "nmt/train/training_data.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <malloc.h>

#include "data/batch_plan.h"
#include "data/subword.h"
#include "data/text/error.h"
#include "tests/testing/temp_folder.h"

namespace nmt::train::training_data_test {
namespace {

using ::testing::HasSubstr;

class TrainingDataTest : public ::testing::Test {
 protected:
  TrainingDataTest() {
    std::string source, target;
    for (int i = 0; i < 40; ++i) {
      source += i % 3 == 0 ? "ba be bi\n" : "bo bu ba be\n";
      target += i % 3 == 0 ? "da de di\n" : "do du da de di\n";
    }
    config_.data.train_sets = {folder_.write("a.en", source), folder_.write("a.de", target)};
    config_.data.subword = data::SubwordModel::kBpe;
    config_.data.vocab_size = 24;
    config_.data.max_length = 20;
    config_.model.max_positions = 60;
  }

  std::string trained_vocabulary() const {
    return load_training_data(config_, std::nullopt).vocabularies().target().serialized();
  }

  void validate_on(const std::string& source, const std::string& target) {
    config_.data.valid_sets = {folder_.write("v.en", source), folder_.write("v.de", target)};
  }

  nmt::testing::TempFolder folder_;
  config::TrainingConfig config_;
};

std::string repeated(const std::string& word, int times) {
  std::string text;
  for (int i = 0; i < times; ++i) text += word + " ";
  return text;
}

// Against what the allocator has given out, with two plans, as where one epoch follows another.
TEST_F(TrainingDataTest, MemoryOfTheTextIsWhatItHolds) {
  std::string source, target;
  for (int i = 0; i < 200'000; ++i) {
    source += "ba be bi bo\n";
    target += "da de di do du\n";
  }
  config_.data.vocab = {folder_.write("v.model", trained_vocabulary())};
  config_.data.train_sets = {folder_.write("b.en", source), folder_.write("b.de", target)};
  const auto held = [] {
    const auto now = mallinfo2();
    return static_cast<double>(now.uordblks + now.hblkhd);
  };
  const double before = held();
  const TrainingData data = load_training_data(config_, std::nullopt);
  const data::BatchPlan last(data.train, 100, 1), next(data.train, 100, 2);
  const double counted = static_cast<double>(memory_need(config_, data, 0).data);
  EXPECT_GT(counted, 200'000 * (4 + 5 + 16.0));
  EXPECT_NEAR(counted, held() - before, 0.3 * counted);
}

TEST_F(TrainingDataTest, ValidationKeepsWhatTheModelCanRead) {
  const std::string middling = repeated("ba", 25), over = repeated("ba", 100);
  validate_on("ba\n" + middling + "\n" + over + "\n\nbe\n", "da\nda\nda\nda\nde\n");
  const TrainingData data = load_training_data(config_, std::nullopt);
  const data::CorpusReport& report = data.valid->report();
  EXPECT_EQ(report.read, 5);
  EXPECT_EQ(report.too_long, 1);
  EXPECT_EQ(report.empty, 1);
  ASSERT_EQ(data.valid->size(), 3);
  // BLEU is over the pairs of the loss.
  ASSERT_EQ(data.valid_pairs.size(), 3u);
  EXPECT_EQ(data.valid_pairs[1].source, middling);
  EXPECT_EQ(data.valid_pairs[2].target, "de");
}

TEST_F(TrainingDataTest, BleuIsOverTheFirstPairsThatAreKept) {
  validate_on("\nba\nbe\nbi\n", "da\nda\nde\ndi\n");
  config_.schedule.valid_bleu_segments = 2;
  const TrainingData data = load_training_data(config_, std::nullopt);
  EXPECT_EQ(data.valid->size(), 3);
  ASSERT_EQ(data.valid_pairs.size(), 2u);
  EXPECT_EQ(data.valid_pairs[0].source, "ba");
  config_.schedule.valid_bleu_segments = 0;
  EXPECT_TRUE(load_training_data(config_, std::nullopt).valid_pairs.empty());
}

TEST_F(TrainingDataTest, TwoVocabulariesComeFromTwoFilesOrFromTheSavedOnes) {
  const auto trained = [](const std::string& text, int64_t size) {
    return data::train_vocabulary(std::vector<std::string>(10, text),
                                  {.model = data::SubwordModel::kBpe, .vocab_size = size});
  };
  const data::Vocabulary source = trained("ba be bi bo bu", 14),
                         target = trained("da de di do", 12);
  config_.data.vocab = {folder_.write("s.model", source.serialized()),
                        folder_.write("t.model", target.serialized())};
  validate_on("ba\n", "da\n");
  const TrainingData data = load_training_data(config_, std::nullopt);
  EXPECT_FALSE(data.vocabularies().shared());
  EXPECT_EQ(data.train.source(0), source.encode("ba be bi"));
  EXPECT_EQ(data.valid->target(0), target.encode("da"));
  config::ModelConfig model;
  fit_to_data(model, data);
  EXPECT_EQ(model.vocab_size, 12);
  EXPECT_EQ(model.source_vocab_size, 14);

  config_.data.vocab = {};
  const TrainingData again = load_training_data(
      config_, checkpoint::VocabularyBytes(source.serialized(), target.serialized()));
  EXPECT_EQ(again.vocabularies().source().serialized(), source.serialized());
  EXPECT_EQ(again.vocabularies().target().serialized(), target.serialized());
}

TEST_F(TrainingDataTest, NormalizationAndBytesAreThoseOfTheConfiguration) {
  folder_.write("a.de", folder_.read("a.de") + "m\u00B2\n");
  folder_.write("a.en", folder_.read("a.en") + "ba\n");
  EXPECT_EQ(load_training_data(config_, std::nullopt).train.report().unwritable, 1);
  config_.data.normalization = data::Normalization::kIdentity;
  EXPECT_EQ(load_training_data(config_, std::nullopt).train.report().unwritable, 0);
  config_.data.byte_fallback = true;
  config_.data.vocab_size = 275;
  const TrainingData data = load_training_data(config_, std::nullopt);
  const data::Vocabulary& vocabulary = data.vocabularies().target();
  EXPECT_EQ(vocabulary.decode(vocabulary.encode("\u4E2D")), "\u4E2D");
}

TEST_F(TrainingDataTest, AModelTakesSizesAndABoundFromItsData) {
  folder_.write("a.en", folder_.read("a.en") + "ba\n");
  folder_.write("a.de", folder_.read("a.de") + repeated("da", 17) + "\n");
  const TrainingData data = load_training_data(config_, std::nullopt);
  config::ModelConfig model;
  fit_to_data(model, data);
  EXPECT_EQ(model.vocab_size, 24);
  EXPECT_EQ(model.source_vocab_size, 0);
  ASSERT_TRUE(model.length_bound.has_value());
  for (int64_t i = 0; i < data.train.size(); ++i) {
    EXPECT_GE(model.length_bound->of(data.train.source_length(i)), data.train.target_length(i));
  }
  model.length_bound = config::LengthBound{3.0, 1};
  fit_to_data(model, data);
  EXPECT_EQ(model.length_bound, (config::LengthBound{3.0, 1}));
}

}  // namespace
}  // namespace nmt::train::training_data_test
