#include "nmt/train/train_step.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>

#include "data/token_batcher.h"
#include "nmt/config/arch_name.h"
#include "nmt/config/enum_names.h"
#include "nmt/model/init.h"
#include "nmt/model/parameters.h"
#include "nmt/train/slice_count.h"
#include "tests/nmt/train/toy_run.h"

namespace nmt::train::train_step_test {
namespace {

using testing::toy_config;
using testing::toy_data;

model::Transformer fresh_model(const config::TrainingConfig& config) {
  model::Transformer model(config.model);
  model::initialize(model, config.seed);
  return model;
}

// Pairs first..last-1, all of different lengths.
data::Batch batch_of(const TrainingData& data, uint32_t first, uint32_t last) {
  std::vector<uint32_t> pairs(last - first);
  std::iota(pairs.begin(), pairs.end(), first);
  return data::make_batch(data.train, pairs);
}

checkpoint::NamedTensors copy_of(const model::NamedTensors& tensors) {
  checkpoint::NamedTensors copy;
  for (const auto& [name, value] : tensors) copy.emplace_back(name, value.detach().clone());
  return copy;
}

checkpoint::NamedTensors gradients(TrainStep& step) {
  checkpoint::NamedTensors found;
  for (const auto& [name, value] : model::named_parameters(step.model())) {
    found.emplace_back(name, value.grad().clone());
  }
  return found;
}

struct Cut {
  int64_t workers;
  std::vector<std::pair<uint32_t, uint32_t>> micro_batches;
};

StepResult one_update(const TrainingData& data, config::TrainingConfig config, const Cut& cut,
                      checkpoint::NamedTensors* gradient) {
  config.optimization.clip_norm = 0.0;
  TrainStep step(fresh_model(config), config, cut.workers);
  std::vector<data::Batch> batches;
  for (const auto& [first, last] : cut.micro_batches) {
    batches.push_back(batch_of(data, first, last));
  }
  const StepResult result = step.run(1, batches);
  *gradient = gradients(step);
  return result;
}

void expect_same_update(const StepResult& result, const checkpoint::NamedTensors& gradient,
                        const StepResult& expected, const checkpoint::NamedTensors& whole) {
  EXPECT_EQ(result.tokens, expected.tokens);
  EXPECT_NEAR(result.loss, expected.loss, 1e-5);
  EXPECT_NEAR(result.nll, expected.nll, 1e-5);
  EXPECT_NEAR(result.gradient_norm, expected.gradient_norm, 1e-4 * expected.gradient_norm);
  ASSERT_EQ(gradient.size(), whole.size());
  for (size_t i = 0; i < whole.size(); ++i) {
    const double scale = whole[i].second.abs().max().item<double>();
    EXPECT_TRUE(torch::allclose(gradient[i].second, whole[i].second, 1e-3, 1e-4 * scale + 1e-7))
        << whole[i].first;
  }
}

TEST(TrainStep, HowAnUpdateIsCutDoesNotChangeItsGradient) {
  const TrainingData data = toy_data();
  const config::TrainingConfig config = toy_config(data, "");
  checkpoint::NamedTensors whole;
  const StepResult expected = one_update(data, config, {1, {{0, 12}}}, &whole);
  EXPECT_GT(expected.gradient_norm, 0.0);
  const std::vector<Cut> cuts = {{2, {{0, 12}}},
                                 {1, {{0, 5}, {5, 12}}},
                                 {2, {{0, 3}, {3, 4}, {4, 12}}},
                                 {3, {{0, 7}, {7, 12}}}};
  for (const Cut& cut : cuts) {
    SCOPED_TRACE(::testing::Message()
                 << cut.workers << " workers, " << cut.micro_batches.size() << " micro-batches");
    checkpoint::NamedTensors gradient;
    const StepResult result = one_update(data, config, cut, &gradient);
    expect_same_update(result, gradient, expected, whole);
  }
}

config::TrainingConfig with_dropout(config::TrainingConfig config) {
  config.model.dropout = 0.3;
  config.model.attention_dropout = 0.2;
  config.model.activation_dropout = 0.1;
  return config;
}

TEST(TrainStep, HowAMicroBatchIsCutDoesNotChangeItsDropoutMasks) {
  const TrainingData data = toy_data();
  for (const auto activation : {layers::ActivationKind::kRelu, layers::ActivationKind::kSwiglu}) {
    config::TrainingConfig config = with_dropout(toy_config(data, ""));
    config.model.activation = activation;
    checkpoint::NamedTensors whole;
    const StepResult expected = one_update(data, config, {1, {{0, 7}, {7, 12}}}, &whole);
    for (const int64_t workers : {1, 2, 3, 5}) {
      for (const bool recompute : {false, true}) {
        for (const auto backend : {layers::BackendKind::kFused, layers::BackendKind::kReference}) {
          SCOPED_TRACE(::testing::Message()
                       << config::name_of(activation) << ", " << workers << " workers, recompute "
                       << recompute << ", " << config::name_of(backend));
          config.recompute = recompute;
          config.backend = backend;
          checkpoint::NamedTensors gradient;
          const StepResult result =
              one_update(data, config, {workers, {{0, 7}, {7, 12}}}, &gradient);
          expect_same_update(result, gradient, expected, whole);
        }
      }
    }
  }
}

TEST(TrainStep, DropoutMasksOfTwoMicroBatchesDiffer) {
  const TrainingData data = toy_data();
  const config::TrainingConfig config = with_dropout(toy_config(data, ""));
  checkpoint::NamedTensors gradient;
  const double once = one_update(data, config, {1, {{0, 7}}}, &gradient).loss;
  const double twice = one_update(data, config, {1, {{0, 7}, {0, 7}}}, &gradient).loss;
  EXPECT_GT(std::abs(twice - once), 1e-3);
}

TEST(TrainStep, SlicesOfALargeShareHaveTheDropoutMasksOfTheWhole) {
  const TrainingData data = toy_data();
  config::TrainingConfig config = with_dropout(toy_config(data, ""));
  config.model.architecture.encoder_layers = 1;
  config.model.d_model = 512;
  const data::Batch batch = batch_of(data, 0, 32);
  const int64_t pieces = std::max(batch.source_tokens(), batch.target_tokens());
  ASSERT_EQ(slice_count(pieces, 1, config.model.d_model), 2) << pieces;
  ASSERT_EQ(slice_count(pieces, 3, config.model.d_model), 1) << pieces;
  checkpoint::NamedTensors two_slices, three_workers;
  const StepResult expected = one_update(data, config, {1, {{0, 32}}}, &two_slices);
  const StepResult result = one_update(data, config, {3, {{0, 32}}}, &three_workers);
  expect_same_update(result, three_workers, expected, two_slices);
}

TEST(TrainStep, ALargeShareRunsInSlices) {
  const TrainingData data = toy_data();
  config::TrainingConfig config = toy_config(data, "");
  config.model.architecture.encoder_layers = 1;
  config.model.d_model = 512;
  const data::Batch whole = batch_of(data, 0, 32);
  const int64_t pieces = std::max(whole.source_tokens(), whole.target_tokens());
  ASSERT_EQ(slice_count(pieces, 1, config.model.d_model), 2) << pieces;
  const auto gradient_of = [&](const std::vector<data::Batch>& batches) {
    TrainStep step(fresh_model(config), config, 1);
    step.run(1, batches);
    return gradients(step);
  };
  testing::expect_same_bits(gradient_of({whole}),
                            gradient_of({batch_of(data, 0, 16), batch_of(data, 16, 32)}));
}

TEST(TrainStep, TheSameSeedAndThreadCountGiveTheSameBits) {
  const TrainingData data = toy_data();
  config::TrainingConfig config = toy_config(data, "");
  config.model.dropout = 0.3;
  config.model.attention_dropout = 0.1;
  const auto weights = [&] {
    TrainStep step(fresh_model(config), config, 2);
    for (int64_t update = 1; update <= 3; ++update) {
      step.run(update, {batch_of(data, 0, 7), batch_of(data, 7, 12)});
    }
    return copy_of(model::named_tensors(step.model()));
  };
  const auto first = weights();
  testing::expect_same_bits(first, weights());
  config.seed = 2;
  EXPECT_FALSE(torch::equal(first[0].second, weights()[0].second));
}

TEST(TrainStep, TheFactorMultipliesTheSchedulesLearningRate) {
  const TrainingData data = toy_data();
  config::TrainingConfig config = toy_config(data, "");
  config.optimization.optimizer = config::OptimizerKind::kSgd;
  config.optimization.momentum = 0.0;
  config.optimization.warmup_updates = 0;
  config.model.architecture.linear = layers::LinearKind::kPlain;
  const auto moved = [&](double factor) {
    TrainStep step(fresh_model(config), config, 1);
    const torch::Tensor weight = model::named_parameters(step.model())[0].second.detach();
    const torch::Tensor before = weight.clone();
    step.set_learning_rate_factor(factor);
    EXPECT_EQ(step.run(1, {batch_of(data, 0, 7)}).learning_rate,
              config.optimization.learning_rate * factor);
    return (weight - before).norm().item<double>();
  };
  const double whole = moved(1.0);
  EXPECT_GT(whole, 0.0);
  EXPECT_NEAR(moved(0.25), 0.25 * whole, 1e-3 * whole);
}

TEST(TrainStep, DropoutDiffersBetweenUpdatesButNotBetweenHistories) {
  const TrainingData data = toy_data();
  config::TrainingConfig config = toy_config(data, "");
  config.model.dropout = 0.3;
  config.optimization.learning_rate = 1e-30;  // The weights stay in place.
  config.optimization.warmup_updates = 0;
  config.model.architecture.linear = layers::LinearKind::kPlain;
  const auto loss_of = [&](const std::vector<int64_t>& updates) {
    TrainStep step(fresh_model(config), config, 1);
    double loss = 0.0;
    for (const int64_t update : updates) loss = step.run(update, {batch_of(data, 0, 12)}).loss;
    return loss;
  };
  EXPECT_NE(loss_of({1}), loss_of({2}));
  EXPECT_EQ(loss_of({1, 2}), loss_of({2}));
}

TEST(TrainStep, AnUpdateThatIsNotFiniteChangesNothing) {
  const TrainingData data = toy_data();
  const config::TrainingConfig config = toy_config(data, "");
  for (const float poison :
       {std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()}) {
    for (const int64_t workers : {1, 2}) {
      model::Transformer model = fresh_model(config);
      TrainStep step(model, config, workers);
      EXPECT_TRUE(step.run(1, {batch_of(data, 0, 12)}).finite);
      for (auto& [name, value] : model::named_parameters(model)) {
        if (name.ends_with("fc2.bias")) value.detach().fill_(poison);
      }
      const auto before = copy_of(model::named_tensors(model));
      const auto optimizer_before = copy_of(step.optimizer().state());
      const StepResult result = step.run(2, {batch_of(data, 0, 12)});
      EXPECT_FALSE(result.finite);
      EXPECT_FALSE(std::isfinite(result.loss));
      EXPECT_TRUE(result.entropies.empty());
      testing::expect_same_bits(copy_of(model::named_tensors(model)), before);
      testing::expect_same_bits(copy_of(step.optimizer().state()), optimizer_before);
    }
  }
}

TEST(TrainStep, ReportsTheEntropyOfEveryLayerAndKind) {
  const TrainingData data = toy_data();
  config::TrainingConfig config = toy_config(data, "");
  config.model.architecture.decoder_layers = 3;
  TrainStep step(fresh_model(config), config, 2);
  const StepResult result = step.run(1, {batch_of(data, 0, 12)});
  std::vector<std::pair<layers::AttentionKind, int64_t>> found;
  for (const run_log::LayerEntropy& layer : result.entropies) {
    found.emplace_back(layer.kind, layer.layer);
    EXPECT_GT(layer.relative_entropy, 0.0);
    EXPECT_LE(layer.relative_entropy, 1.0 + 1e-6);
  }
  using enum layers::AttentionKind;
  const std::vector<std::pair<layers::AttentionKind, int64_t>> expected = {
      {kEncoderSelf, 1}, {kEncoderSelf, 2}, {kDecoderSelf, 1}, {kDecoderSelf, 2},
      {kDecoderSelf, 3}, {kCross, 1},       {kCross, 2},       {kCross, 3}};
  EXPECT_EQ(found, expected);
  const std::vector<run_log::AttentionRecord> heads = step.tracker().take();
  ASSERT_EQ(heads.size(), expected.size());
  for (const run_log::AttentionRecord& layer : heads) EXPECT_EQ(layer.entropy.size(), 2u);
}

double norm_of(const checkpoint::NamedTensors& tensors) {
  double squares = 0.0;
  for (const auto& [name, value] : tensors) {
    squares += value.to(torch::kFloat64).square().sum().item<double>();
  }
  return std::sqrt(squares);
}

// Adam's first mean gradient is 1 − β₁ times the gradient that it was given.
TEST(TrainStep, ClippingScalesWhatTheOptimizerSeesButNotTheReportedNorm) {
  const TrainingData data = toy_data();
  config::TrainingConfig config = toy_config(data, "");
  config.optimization.clip_norm = 1e-3;
  TrainStep step(fresh_model(config), config, 1);
  const StepResult result = step.run(1, {batch_of(data, 0, 12)});
  EXPECT_GT(result.gradient_norm, 1e-2);
  EXPECT_NEAR(norm_of(gradients(step)), result.gradient_norm, 1e-6 * result.gradient_norm);
  checkpoint::NamedTensors means;
  for (const auto& [name, value] : step.optimizer().state()) {
    if (name.ends_with(".exp_avg")) means.emplace_back(name, value);
  }
  EXPECT_NEAR(norm_of(means), (1.0 - config.optimization.adam_beta1) * 1e-3, 1e-9);
}

TEST(TrainStep, TwentyUpdatesLowerTheLossOfEveryVariant) {
  const TrainingData data = toy_data();
  for (const char* name :
       {"preln-2L-1L", "postln-2L-1L", "deepnorm-2L-1L", "nonorm-sigma-2L-1L", "admin-2L-1L",
        "rezero-2L-1L", "layerscale-2L-1L", "b2t-2L-1L", "postln-spectralnorm-2L-1L",
        "postln-weightnorm-2L-1L", "preln-qknorm-2L-1L", "admin-sigma-qknorm-2L-1L",
        "rezero-weightnorm-2L-1L", "b2t-spectralnorm-qknorm-2L-1L"}) {
    SCOPED_TRACE(name);
    config::TrainingConfig config = toy_config(data, "");
    config.model.architecture = config::parse_architecture(name);
    for (const bool recompute : {false, true}) {
      config.recompute = recompute;
      config.backend = recompute ? layers::BackendKind::kReference : layers::BackendKind::kFused;
      TrainStep step(fresh_model(config), config, 2);
      double first = 0.0, last = 0.0;
      for (int64_t update = 1; update <= 20; ++update) {
        last = step.run(update, {batch_of(data, 0, 12)}).loss;
        if (update == 1) first = last;
      }
      EXPECT_LT(last, first - 0.3);
    }
  }
}

TEST(TrainStep, FreedGradientsAreGone) {
  const TrainingData data = toy_data();
  const config::TrainingConfig config = toy_config(data, "");
  TrainStep step(fresh_model(config), config, 2);
  step.run(1, {batch_of(data, 0, 12)});
  std::vector<c10::weak_intrusive_ptr<c10::StorageImpl>> storages;
  for (const auto& [name, value] : model::named_parameters(step.model())) {
    storages.emplace_back(value.grad().storage().getWeakStorageImpl());
  }
  step.free_gradients();
  for (const auto& storage : storages) EXPECT_TRUE(storage.expired());
  for (const auto& [name, value] : model::named_parameters(step.model())) {
    EXPECT_FALSE(value.grad().defined()) << name;
  }
  for (const torch::Tensor& leaf : step.model()->leaves()) EXPECT_FALSE(leaf.grad().defined());
}

// Dropout, σ and tracked entropies: all that an update reads from the one before.
TEST(TrainStep, ARehearsalChangesNothing) {
  const TrainingData data = toy_data();
  config::TrainingConfig config = toy_config(data, "");
  config.model.dropout = config.model.attention_dropout = 0.2;
  const std::vector<data::Batch> batches = {batch_of(data, 0, 20), batch_of(data, 20, 33)};
  const auto trained = [&](bool rehearsed) {
    TrainStep step(fresh_model(config), config, /*workers=*/2);
    std::vector<double> seen;
    for (int64_t update = 1; update <= 3; ++update) {
      if (rehearsed) step.rehearse(batch_of(data, 40, 100));
      const StepResult result = step.run(update, batches, {.layers = true, .matrices = true});
      seen.insert(seen.end(), {result.loss, result.gradient_norm});
      for (const auto& layer : result.entropies) seen.push_back(layer.entropy);
    }
    return std::tuple(seen, step.tracker().state().dump(),
                      copy_of(model::named_tensors(step.model())), step.optimizer().state());
  };
  const auto plain = trained(false), rehearsed = trained(true);
  EXPECT_EQ(std::get<0>(plain), std::get<0>(rehearsed));
  EXPECT_EQ(std::get<1>(plain), std::get<1>(rehearsed));
  testing::expect_same_bits(std::get<2>(plain), std::get<2>(rehearsed));
  testing::expect_same_bits(std::get<3>(plain), std::get<3>(rehearsed));
}

}  // namespace
}  // namespace nmt::train::train_step_test
