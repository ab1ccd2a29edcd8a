// Runs that begin with the weights of another model: what they take, and what starts anew.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/text/error.h"
#include "nmt/config/arch_name.h"
#include "nmt/model/parameters.h"
#include "nmt/train/validate.h"
#include "tests/nmt/train/toy_run.h"
#include "tests/testing/temp_folder.h"

namespace nmt::train::trainer_init_test {
namespace {

using nmt::testing::TempFolder;
using run_log::UpdateRecord;
using run_log::ValidRecord;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::records;
using testing::toy_config;
using testing::toy_data;

class TrainerInit : public ::testing::Test {
 protected:
  config::TrainingConfig source_config(const char* architecture) {
    config::TrainingConfig config = toy_config(data_, folder_.path("source"));
    config.model.architecture = config::parse_architecture(architecture);
    config.schedule.save_every = 5;
    config.schedule.average_last = 2;
    return config;
  }

  config::TrainingConfig tuned_config(const char* architecture, const std::string& model) {
    config::TrainingConfig config = source_config(architecture);
    config.schedule.average_last = 0;
    config.schedule.max_updates = 6;
    config.model_dir = folder_.path("tuned");
    config.init_from = folder_.path("source/" + model);
    return config;
  }

  ValidRecord first_validation(const config::TrainingConfig& config) {
    const auto all = records<ValidRecord>(config.model_dir);
    EXPECT_FALSE(all.empty());
    return all.empty() ? ValidRecord{} : all.front();
  }

  TempFolder folder_;
  TrainingData data_ = toy_data();
};

TEST_F(TrainerInit, TheFirstValidationIsThatOfTheModel) {
  for (const char* architecture : {"postln-sigma-2L-1L", "preln-2L-1L"}) {
    SCOPED_TRACE(architecture);
    testing::train(source_config(architecture), data_);
    const ValidRecord last = records<ValidRecord>(folder_.path("source")).back();
    for (const char* model : {"checkpoints/update-00000010", "best"}) {
      const config::TrainingConfig config = tuned_config(architecture, model);
      testing::train(config, data_);
      const ValidRecord first = first_validation(config);
      EXPECT_EQ(first.update, 0);
      EXPECT_EQ(first.nll, last.nll);
      EXPECT_EQ(first.loss, last.loss);
      EXPECT_TRUE(first.best);
      EXPECT_EQ(testing::saved_updates(config.model_dir).front(), 0);
      std::filesystem::remove_all(config.model_dir);
    }
    std::filesystem::remove_all(folder_.path("source"));
  }
}

TEST_F(TrainerInit, AFoldedModelIsUnfolded) {
  for (const char* architecture : {"postln-sigma-2L-1L", "rezero-spectralnorm-2L-1L",
                                   "preln-weightnorm-2L-1L", "preln-2L-1L"}) {
    SCOPED_TRACE(architecture);
    testing::train(source_config(architecture), data_);
    const config::TrainingConfig config = tuned_config(architecture, "average");
    const auto average = checkpoint::load_model(config.init_from);
    ASSERT_TRUE(average.folded);
    // What the folded model itself is worth, as nmt-translate would build it.
    model::Transformer plain(checkpoint::module_config(average));
    checkpoint::load_into(average.tensors, model::named_tensors(plain), "average");
    model::refresh(plain);
    const std::atomic<bool> stop = false;
    const auto expected = validate(plain, data_, config, 0, stop);

    testing::train(config, data_);
    EXPECT_NEAR(first_validation(config).nll, expected->nll, 1e-6 * expected->nll);
    std::filesystem::remove_all(config.model_dir);
    std::filesystem::remove_all(folder_.path("source"));
  }
}

TEST_F(TrainerInit, OptimizerScheduleAndDataStartAnew) {
  testing::train(source_config("postln-sigma-2L-1L"), data_);
  const config::TrainingConfig config = tuned_config("postln-sigma-2L-1L", "best");
  testing::train(config, data_);
  config::TrainingConfig fresh = config;
  fresh.init_from.clear();
  fresh.model_dir = folder_.path("fresh");
  testing::train(fresh, data_);
  const auto tuned_updates = records<UpdateRecord>(config.model_dir);
  const auto fresh_updates = records<UpdateRecord>(fresh.model_dir);
  ASSERT_EQ(tuned_updates.size(), fresh_updates.size());
  for (size_t i = 0; i < tuned_updates.size(); ++i) {
    EXPECT_EQ(tuned_updates[i].update, fresh_updates[i].update);
    EXPECT_EQ(tuned_updates[i].tokens, fresh_updates[i].tokens);
    EXPECT_EQ(tuned_updates[i].learning_rate, fresh_updates[i].learning_rate);
  }
  EXPECT_LT(tuned_updates[0].loss, fresh_updates[0].loss - 0.1);
}

TEST_F(TrainerInit, AnInterruptedRunGoesOnBitForBit) {
  testing::train(source_config("postln-sigma-2L-1L"), data_);
  const config::TrainingConfig whole = tuned_config("postln-sigma-2L-1L", "average");
  testing::train(whole, data_);
  config::TrainingConfig pieces = whole;
  pieces.model_dir = folder_.path("pieces");
  testing::train(pieces, data_, /*stop_after=*/1);
  // As after a kill that left the checkpoint before the first update alone.
  std::filesystem::remove_all(folder_.path("pieces/checkpoints/update-00000001"));
  std::filesystem::remove_all(folder_.path("source"));  // It is no longer needed.
  testing::train(pieces, data_, /*stop_after=*/4);
  testing::train(pieces, data_);
  const auto newest = [](const config::TrainingConfig& config) {
    return checkpoint::load_model(config.model_dir + "/checkpoints/update-00000006").tensors;
  };
  testing::expect_same_bits(newest(whole), newest(pieces));
  EXPECT_EQ(records<ValidRecord>(pieces.model_dir), records<ValidRecord>(whole.model_dir));
}

TEST_F(TrainerInit, AnotherShapeIsNamed) {
  testing::train(source_config("postln-sigma-2L-1L"), data_);
  EXPECT_THAT(nmt::testing::message_of<InputError>(
                  [&] { testing::train(tuned_config("preln-2L-1L", "best"), data_); }),
              HasSubstr("belongs to a model of another configuration"));
}

}  // namespace
}  // namespace nmt::train::trainer_init_test
