// Training on a GPU: an update there is the update of the CPU, and a run there validates, decodes,
// saves and goes on. Skipped, with the reason, where there is no GPU.

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "data/token_batcher.h"
#include "layers/kernels/device.h"
#include "nmt/checkpoint/checkpoint.h"
#include "nmt/config/arch_name.h"
#include "nmt/config/enum_names.h"
#include "nmt/model/init.h"
#include "nmt/model/parameters.h"
#include "nmt/train/train_step.h"
#include "tests/nmt/train/toy_run.h"
#include "tests/testing/backend.h"
#include "tests/testing/temp_folder.h"

namespace nmt::train::cuda_training_test {
namespace {

using testing::expect_same_bits;
using testing::toy_config;
using testing::toy_data;
using testing::train;

class CudaTraining : public ::testing::Test {
 protected:
  void SetUp() override {
    const kernels::CudaDevices devices = kernels::find_cuda_devices();
    if (devices.usable.empty()) NMT_SKIP_BACKEND("cuda", devices.reason);
  }
};

struct Update {
  StepResult result;
  std::vector<std::pair<std::string, torch::Tensor>> values;  // After the update.
};

Update update_on(torch::Device device, const config::TrainingConfig& config,
                 const TrainingData& data) {
  model::Transformer model(config.model);
  model::initialize(model, config.seed);
  model->to(device);
  TrainStep step(model, config, 1);
  std::vector<uint32_t> pairs(9);
  std::iota(pairs.begin(), pairs.end(), 3);
  Update update{
      step.run(1, {data::make_batch(data.train, pairs)}, {.layers = true, .matrices = true}), {}};
  for (const auto& [name, value] : model::named_tensors(model)) {
    update.values.emplace_back(name, value.detach().cpu().clone());
  }
  return update;
}

void expect_same_update(const Update& here, const Update& there) {
  EXPECT_NEAR(there.result.loss, here.result.loss, 2e-5);
  EXPECT_NEAR(there.result.gradient_norm, here.result.gradient_norm,
              1e-4 * here.result.gradient_norm);
  ASSERT_EQ(there.result.entropies.size(), here.result.entropies.size());
  for (size_t i = 0; i < here.result.entropies.size(); ++i) {
    EXPECT_NEAR(there.result.entropies[i].entropy, here.result.entropies[i].entropy, 1e-4);
    EXPECT_NEAR(there.result.entropies[i].min_entropy, here.result.entropies[i].min_entropy, 1e-4);
  }
  const auto& ours = there.result.statistics;
  const auto& expected = here.result.statistics;
  ASSERT_EQ(ours.matrices.size(), expected.matrices.size());
  for (size_t i = 0; i < expected.matrices.size(); ++i) {
    EXPECT_NEAR(ours.matrices[i].sigma, expected.matrices[i].sigma,
                1e-3 * expected.matrices[i].sigma);
  }
  ASSERT_EQ(there.values.size(), here.values.size());
  for (size_t i = 0; i < here.values.size(); ++i) {
    const torch::Tensor &a = there.values[i].second, &b = here.values[i].second;
    EXPECT_LT((a - b).abs().max().item<double>(), 1e-4) << here.values[i].first;
  }
}

// SGD, whose update is as small as the gradient is: Adam's first one has the size of the learning
// rate in a direction that rounding may choose.
TEST_F(CudaTraining, AnUpdateIsThatOfTheCpu) {
  const TrainingData data = toy_data();
  for (const char* arch : {"preln-2L", "postln-sigma-2L", "deepnorm-2L", "nonorm-sigma-2L",
                           "admin-2L", "rezero-2L", "layerscale-2L", "b2t-2L",
                           "postln-spectralnorm-2L", "postln-weightnorm-2L", "preln-qknorm-2L"}) {
    SCOPED_TRACE(arch);
    config::TrainingConfig config = toy_config(data, "");
    config.model.architecture = config::parse_architecture(arch);
    config.model.dropout = 0.1;
    config.model.attention_dropout = 0.1;
    config.model.activation_dropout = 0.1;
    config.optimization.optimizer = config::OptimizerKind::kSgd;
    expect_same_update(update_on(torch::kCPU, config, data), update_on(torch::kCUDA, config, data));
  }
}

TEST_F(CudaTraining, EveryOptimizerUpdatesThere) {
  const TrainingData data = toy_data();
  for (const auto& [optimizer, name, tensors] : config::kOptimizerRows) {
    SCOPED_TRACE(name);
    config::TrainingConfig config = toy_config(data, "");
    config.optimization.optimizer = optimizer;
    const Update here = update_on(torch::kCPU, config, data);
    const Update there = update_on(torch::kCUDA, config, data);
    EXPECT_TRUE(there.result.finite);
    EXPECT_NEAR(there.result.loss, here.result.loss, 2e-5);
  }
}

config::TrainingConfig run_config(const TrainingData& data, const std::string& folder) {
  config::TrainingConfig config = toy_config(data, folder);
  config.device = config::DeviceKind::kCuda;
  config.model.dropout = 0.1;
  config.schedule.validate_every = 4;
  config.schedule.save_every = 4;
  config.schedule.sharpness_every = 8;
  config.stability.statistics_every = 3;
  config.stability.matrices_every = 3;
  return config;
}

TEST_F(CudaTraining, ARunValidatesTranslatesAndGoesOnToTheBit) {
  const TrainingData data = toy_data(/*translated=*/8);
  const nmt::testing::TempFolder whole, cut;
  const run_log::EndRecord end = train(run_config(data, whole.path()), data);
  EXPECT_EQ(end.update, 10);
  ASSERT_TRUE(end.best.has_value());
  EXPECT_TRUE(std::isfinite(end.best->nll));
  EXPECT_TRUE(end.best->bleu.has_value());

  config::TrainingConfig config = run_config(data, cut.path());
  config.schedule.max_updates = 4;
  train(config, data);
  config.schedule.max_updates = 10;
  train(config, data);  // From the checkpoint of update 4.
  const auto last = [](const nmt::testing::TempFolder& folder) {
    return checkpoint::load_model(folder.path("checkpoints/update-00000010")).tensors;
  };
  expect_same_bits(last(cut), last(whole));
}

}  // namespace
}  // namespace nmt::train::cuda_training_test
