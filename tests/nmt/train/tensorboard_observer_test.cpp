#include "nmt/train/tensorboard_observer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "tests/nmt/run_log/sample_records.h"
#include "tests/nmt/tensorboard/event_reader.h"
#include "tests/testing/temp_folder.h"

namespace nmt::train::tensorboard_observer_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

class TensorboardObserverTest : public ::testing::Test {
 protected:
  std::string path() const { return folder_.path("tensorboard"); }

  // The events of the newest file, without the one that names the version.
  std::vector<tensorboard::Event> events() const {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(path())) {
      files.push_back(entry.path());
    }
    auto all = tensorboard::read_events(std::ranges::max(files));
    all.erase(all.begin());
    return all;
  }

  nmt::testing::TempFolder folder_;
};

TEST_F(TensorboardObserverTest, AnUpdateIsOneEventWithAllItsCurves) {
  TensorboardObserver(path(), {}).on_record(run_log::sample_update(30));
  ASSERT_EQ(events().size(), 1u);
  EXPECT_EQ(events()[0].step, 30);
  const std::string cross = "attention/cross/layer003/";
  EXPECT_THAT(
      events()[0].scalars,
      UnorderedElementsAre(
          Pair("train/loss", 5.0f / 3.0f), Pair("train/nll", float(0.1 + 0.2)),
          Pair("train/learning_rate", float(1e-7 / 3.0)), Pair("train/gradient_norm", 1.0f / 7.0f),
          Pair("train/tokens_per_second", 2512.25f), Pair(cross + "relative_entropy", 0.375f),
          Pair(cross + "min_entropy", 0.01f), Pair(cross + "max_logit", 17.0f),
          Pair("spectral/encoder.layers.0.ffn.fc1/sigma", 2.0f / 3.0f),
          Pair("spectral/encoder.layers.0.ffn.fc1/gamma", 1.25f),
          Pair("spectral/decoder.layers.0.ffn.fc1/sigma", 3.5f)));
}

TEST_F(TensorboardObserverTest, AHeadThatIsNotANumberShowsInItsLayer) {
  run_log::UpdateRecord record = run_log::sample_update(1);
  for (const size_t broken : {0, 1}) {
    auto layer = record.attention[0];
    for (auto* values : {&layer.relative_entropy, &layer.min_entropy, &layer.max_logit}) {
      (*values)[broken] = std::nan("");
    }
    run_log::UpdateRecord with_nan = record;
    with_nan.attention = {layer};
    TensorboardObserver(path(), {}).on_record(with_nan);
    for (const char* name : {"relative_entropy", "min_entropy", "max_logit"}) {
      EXPECT_TRUE(
          std::isnan(events()[0].scalars.at(std::string("attention/cross/layer003/") + name)))
          << name << " of head " << broken;
    }
  }
}

TEST_F(TensorboardObserverTest, ValidationsAndEvents) {
  TensorboardObserver observer(path(), {});
  run_log::ValidRecord without_bleu = run_log::sample_valid(4);
  without_bleu.bleu.reset();
  observer.on_record(run_log::sample_valid(2));
  observer.on_record(run_log::sample_event(3));
  observer.on_record(without_bleu);
  ASSERT_EQ(events().size(), 3u);
  EXPECT_EQ(events()[0].step, 2);
  EXPECT_THAT(events()[0].scalars,
              UnorderedElementsAre(Pair("valid/loss", 4.5f), Pair("valid/nll", 4.0f),
                                   Pair("valid/perplexity", 54.6f), Pair("valid/bleu", 12.25f)));
  EXPECT_EQ(events()[1].step, 3);
  EXPECT_THAT(events()[1].texts,
              ElementsAre(Pair("events/non_finite", "the loss of batch 12 is not finite")));
  EXPECT_EQ(events()[2].scalars.count("valid/bleu"), 0u);
}

TEST_F(TensorboardObserverTest, TheConfigurationIsATable) {
  run_log::ConfigRecord config = run_log::sample_config();
  config.config["valid-sets"] = {"a|b.en", "a|b.de"};
  TensorboardObserver(path(), {}).on_record(config);
  ASSERT_EQ(events().size(), 1u);
  EXPECT_EQ(events()[0].step, 0);
  const std::string text = events()[0].texts.at("run/configuration");
  EXPECT_THAT(text, HasSubstr("| key | value |\n|---|---|\n| arch | postln-sigma-18L |\n"));
  EXPECT_THAT(text, HasSubstr("| seed | 7 |\n"));
  EXPECT_THAT(text, HasSubstr("| valid-sets | [\"a\\|b.en\",\"a\\|b.de\"] |\n"));
}

TEST_F(TensorboardObserverTest, AResumeTakesBackFromTheLastUpdateRecordOnAndRepeatsIt) {
  TensorboardObserver observer(path(), {run_log::sample_event(10), run_log::sample_update(10),
                                        run_log::sample_valid(12), run_log::sample_checkpoint(12)});
  observer.on_record(run_log::sample_config());
  observer.on_record(run_log::sample_update(20));
  const auto found = events();
  ASSERT_EQ(found.size(), 6u);
  EXPECT_TRUE(found[0].session_start);
  EXPECT_EQ(found[0].step, 10);
  EXPECT_EQ(found[1].texts.count("events/non_finite"), 1u);
  EXPECT_EQ(found[2].step, 10);
  EXPECT_EQ(found[2].scalars.at("train/loss"), 5.0f / 3.0f);
  EXPECT_EQ(found[3].step, 12);
  EXPECT_EQ(found[3].scalars.at("valid/bleu"), 12.25f);
  EXPECT_EQ(found[4].step, 12);
  EXPECT_EQ(found[4].texts.count("run/configuration"), 1u);
  EXPECT_EQ(found[5].step, 20);
}

TEST_F(TensorboardObserverTest, WhatHasNoCurveWritesNothing) {
  TensorboardObserver observer(path(), {});
  observer.on_progress({});
  observer.on_record(run_log::sample_checkpoint(2));
  observer.on_record(run_log::sample_end(3));
  EXPECT_THAT(events(), IsEmpty());
}

}  // namespace
}  // namespace nmt::train::tensorboard_observer_test
