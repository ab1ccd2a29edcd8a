// Validation: the same bits with any number of threads, the sums of its sentences, no value after a
// stop.

#include "nmt/train/validate.h"

#include <gtest/gtest.h>

#include <cmath>

#include "data/token_batcher.h"
#include "nmt/model/init.h"
#include "tests/nmt/train/toy_run.h"

namespace nmt::train::validate_test {
namespace {

class Validate : public ::testing::Test {
 protected:
  // Some twenty batches, of which eight segments are translated.
  Validate() {
    data_.valid = data_.train;
    config_.data.max_tokens = config_.model.max_positions = 200;
    model_ = model::Transformer(config_.model);
    model::initialize(model_, /*seed=*/1);
  }

  std::optional<run_log::ValidRecord> validated(int64_t threads) {
    config_.threads = threads;
    return validate(model_, data_, config_, /*update=*/7, stop_);
  }

  TrainingData data_ = testing::toy_data(/*translated=*/8);
  config::TrainingConfig config_ = testing::toy_config(data_, "");
  model::Transformer model_ = nullptr;
  std::atomic<bool> stop_ = false;
};

TEST_F(Validate, TheNumberOfThreadsChangesNoBit) {
  const auto one = validated(1);
  ASSERT_TRUE(one.has_value());
  EXPECT_EQ(one->update, 7);
  EXPECT_TRUE(one->bleu.has_value());
  for (const int64_t threads : {2, 3, 50}) EXPECT_EQ(validated(threads), one) << threads;
}

TEST_F(Validate, IsTheSumOverSentences) {
  const torch::NoGradGuard no_grad;
  double loss = 0.0, nll = 0.0;
  for (uint32_t i = 0; i < data_.valid->size(); ++i) {
    const layers::LossSums sums =
        model_->loss(data::make_batch(*data_.valid, std::vector<uint32_t>{i}),
                     config_.optimization.label_smoothing, {.backend = config_.backend});
    loss += sums.loss.item<double>();
    nll += sums.nll.item<double>();
  }
  const auto record = validated(2);
  const auto tokens = static_cast<double>(data_.valid->target_tokens());
  EXPECT_NEAR(record->loss, loss / tokens, 1e-5);
  EXPECT_NEAR(record->nll, nll / tokens, 1e-5);
  EXPECT_GT(std::abs(record->loss - record->nll), 1e-3) << "label smoothing counts";
}

TEST_F(Validate, AStopEndsIt) {
  stop_ = true;
  EXPECT_FALSE(validated(2).has_value());
}

}  // namespace
}  // namespace nmt::train::validate_test
