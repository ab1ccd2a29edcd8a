// What training tracks, against float64: the same weights, batch and dropout masks through the
// reference backend in double precision, statistics taken from the tensors by plain loops. Every
// residual scheme with every parametrisation; padding, causal masks and dropout on.

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <numeric>

#include "layers/multi_head_attention.h"
#include "nmt/config/arch_name.h"
#include "nmt/model/init.h"
#include "nmt/model/parameters.h"
#include "nmt/train/train_step.h"
#include "tests/layers/double_precision.h"
#include "tests/nmt/train/toy_run.h"

namespace nmt::train::tracked_entropy_test {
namespace {

using nmt::testing::DoublePrecision;
using testing::toy_config;
using testing::toy_data;
using LayerKey = std::pair<layers::AttentionKind, int64_t>;

struct NaiveHead {
  double entropy = 0.0, relative = 0.0, rows = 0.0;
  double lowest = 1e30, largest_logit = -1e30;
};

// Sums over the valid rows that see two keys or more, one by one.
class NaiveStatistics : public layers::ForwardObserver {
 public:
  bool wants_rows() const override { return true; }
  void observe_rows(const layers::AttentionRows& rows) override {
    const int64_t B = rows.entropy.size(0), H = rows.entropy.size(1), T = rows.entropy.size(2);
    const torch::Tensor keys = rows.visible_keys.expand({B, T});
    std::vector<NaiveHead>& heads = layers[{rows.kind, rows.layer}];
    heads.resize(H);
    for (int64_t b = 0; b < B; ++b) {
      for (int64_t t = 0; t < rows.query_lengths[b].item<int64_t>(); ++t) {
        const double n = keys[b][t].item<double>();
        if (n < 2) continue;
        for (int64_t h = 0; h < H; ++h) {
          const double value = rows.entropy[b][h][t].item<double>();
          heads[h].entropy += value;
          heads[h].relative += value / std::log(n);
          heads[h].rows += 1;
          heads[h].lowest = std::min(heads[h].lowest, value);
          heads[h].largest_logit =
              std::max(heads[h].largest_logit, rows.max_logit[b][h][t].item<double>());
        }
      }
    }
  }
  std::map<LayerKey, std::vector<NaiveHead>> layers;
};

data::Batch batch_of(const TrainingData& data) {
  std::vector<uint32_t> pairs(14);
  std::iota(pairs.begin(), pairs.end(), 3);
  return data::make_batch(data.train, pairs);
}

checkpoint::NamedTensors copies(model::Transformer& model) {
  checkpoint::NamedTensors all;
  for (const auto& [name, value] : model::named_tensors(model)) {
    all.emplace_back(name, value.detach().clone());
  }
  return all;
}

class TrackedEntropy : public ::testing::TestWithParam<layers::ResidualKind> {
 protected:
  // A few updates away from the start, so that attention is no longer nearly uniform.
  static constexpr int64_t kUpdate = 4;

  config::TrainingConfig config_of(layers::LinearKind linear) {
    config::TrainingConfig config = toy_config(data_, "");
    config.model.architecture = {
        .residual = GetParam(), .linear = linear, .encoder_layers = 2, .decoder_layers = 2};
    config.model.dropout = 0.1;
    config.model.attention_dropout = 0.1;
    config.model.activation_dropout = 0.1;
    config.model.attention_temperature = config::parse_attention_temperatures("0.5:cross:2");
    config.optimization.learning_rate = 0.02;
    return config;
  }

  NaiveStatistics recomputed(const config::TrainingConfig& config,
                             const checkpoint::NamedTensors& weights) {
    const DoublePrecision double_precision;
    model::Transformer model(config.model);
    model::initialize(model, config.seed);
    const torch::NoGradGuard no_grad;
    for (auto& [name, value] : model::named_tensors(model)) {
      for (const auto& [saved, tensor] : weights) {
        if (saved == name) torch::Tensor(value).copy_(tensor);
      }
    }
    model::refresh(model);
    NaiveStatistics statistics;
    layers::ForwardContext context;
    context.dropout_generator =
        at::make_generator<at::CPUGeneratorImpl>(dropout_seed(config.seed, kUpdate, 0));
    context.observer = &statistics;
    context.backend = layers::BackendKind::kReference;
    model->loss(batch_of(data_), 0.1, context);
    return statistics;
  }

  TrainingData data_ = toy_data();
};

// To four digits, and what float32 adds.
void expect_near(double actual, double expected) {
  EXPECT_NEAR(actual, expected, 1e-4 + 5e-4 * std::abs(expected));
}

TEST_P(TrackedEntropy, EqualsFloat64FromTheSameWeightsAndBatch) {
  for (const auto& row : layers::kLinearKinds) {
    SCOPED_TRACE(row.name);
    const config::TrainingConfig config = config_of(row.kind);
    model::Transformer model(config.model);
    model::initialize(model, config.seed);
    TrainStep step(model, config, 1);
    for (int64_t update = 1; update < kUpdate; ++update) step.run(update, {batch_of(data_)});
    step.tracker().take();
    const checkpoint::NamedTensors weights = copies(model);
    step.run(kUpdate, {batch_of(data_)}, {.layers = true, .matrices = true});
    const std::vector<run_log::AttentionRecord> records = step.tracker().take();
    const NaiveStatistics expected = recomputed(config, weights);
    ASSERT_EQ(records.size(), 6u);
    double lowest = 1.0;
    for (const run_log::AttentionRecord& record : records) {
      SCOPED_TRACE(::testing::Message() << layers::name(record.kind) << " " << record.layer);
      const std::vector<NaiveHead>& heads = expected.layers.at({record.kind, record.layer});
      for (size_t h = 0; h < heads.size(); ++h) {
        expect_near(record.entropy[h], heads[h].entropy / heads[h].rows);
        expect_near(record.relative_entropy[h], heads[h].relative / heads[h].rows);
        expect_near(record.min_entropy[h], heads[h].lowest);
        expect_near(record.max_logit[h], heads[h].largest_logit);
        lowest = std::min(lowest, record.relative_entropy[h]);
      }
    }
    EXPECT_LT(lowest, 0.99) << "attention is uniform: nothing was compared";
  }
}

TEST_P(TrackedEntropy, NoHeadLiesUnderItsBound) {
  const config::TrainingConfig config = config_of(layers::LinearKind::kPlain);
  model::Transformer model(config.model);
  model::initialize(model, config.seed);
  TrainStep step(model, config, 2);
  for (int64_t update = 1; update < 8; ++update) step.run(update, {batch_of(data_)});
  step.tracker().take();
  StepResult result = step.run(8, {batch_of(data_)}, {.layers = true, .matrices = true});
  std::vector<run_log::AttentionRecord> records = step.tracker().take();
  result.statistics.bounds.put_into(records);
  for (const run_log::AttentionRecord& record : records) {
    ASSERT_EQ(record.bound.size(), 2u);
    for (size_t h = 0; h < record.bound.size(); ++h) {
      EXPECT_GE(record.bound[h], 0.0);
      EXPECT_GE(record.bound_entropy[h], record.bound[h] - 1e-5);
    }
  }
}

TEST(MeasuredUpdate, IsTheSameUpdateToTheBit) {
  const TrainingData data = toy_data();
  config::TrainingConfig config = toy_config(data, "");
  config.model.dropout = 0.1;
  for (const bool recompute : {false, true}) {
    config.recompute = recompute;
    const auto weights = [&](StatisticsDue due) {
      model::Transformer model(config.model);
      model::initialize(model, config.seed);
      TrainStep step(model, config, 2);
      for (int64_t update = 1; update <= 3; ++update) {
        step.run(update, {batch_of(data)}, due);
      }
      return copies(model);
    };
    const checkpoint::NamedTensors unmeasured = weights({});
    testing::expect_same_bits(unmeasured, weights({.layers = true}));
    testing::expect_same_bits(unmeasured, weights({.matrices = true}));
    testing::expect_same_bits(unmeasured, weights({.layers = true, .matrices = true}));
  }
}

TEST(MeasuredUpdate, HasWhatIsDueAndNoMore) {
  const TrainingData data = toy_data();
  const config::TrainingConfig config = toy_config(data, "");
  model::Transformer model(config.model);
  model::initialize(model, config.seed);
  TrainStep step(model, config, 2);
  const StepStatistics layers = step.run(1, {batch_of(data)}, {.layers = true}).statistics;
  EXPECT_FALSE(layers.stream.empty());
  EXPECT_TRUE(layers.matrices.empty());
  const StepStatistics matrices = step.run(2, {batch_of(data)}, {.matrices = true}).statistics;
  EXPECT_TRUE(matrices.stream.empty());
  EXPECT_FALSE(matrices.matrices.empty());
  EXPECT_GT(matrices.matrices[0].update_ratio, 0.0);
}

TEST(MeasuredUpdate, ListsEveryMatrixAndLayer) {
  const TrainingData data = toy_data();
  const config::TrainingConfig config = toy_config(data, "");  // 2L-1L
  model::Transformer model(config.model);
  model::initialize(model, config.seed);
  TrainStep step(model, config, 2);
  const StepStatistics statistics =
      step.run(1, {batch_of(data)}, {.layers = true, .matrices = true}).statistics;
  EXPECT_EQ(statistics.matrices.size(), 1u + 2 * 6 + 10);
  ASSERT_EQ(statistics.stream.size(), 3u);
  for (const run_log::StreamRecord& layer : statistics.stream) {
    EXPECT_GT(layer.activation_rms, 0.0);
    EXPECT_GT(layer.gradient_rms, 0.0);
  }
  for (const run_log::MatrixRecord& matrix : statistics.matrices) {
    EXPECT_GT(matrix.sigma, 0.0) << matrix.name;
    EXPECT_GT(matrix.update_ratio, 0.0) << matrix.name;
    EXPECT_EQ(matrix.gamma.has_value(), matrix.name != "encoder.embed") << matrix.name;
  }
}

TEST(MeasuredUpdate, KnowsEveryParametrisation) {
  const TrainingData data = toy_data();
  for (const char* name : {"postln-spectralnorm-2L-1L", "postln-weightnorm-qknorm-2L-1L"}) {
    SCOPED_TRACE(name);
    config::TrainingConfig config = toy_config(data, "");
    config.model.architecture = config::parse_architecture(name);
    model::Transformer model(config.model);
    model::initialize(model, config.seed);
    TrainStep step(model, config, 2);
    const StepStatistics statistics =
        step.run(1, {batch_of(data)}, {.layers = true, .matrices = true}).statistics;
    ASSERT_EQ(statistics.matrices.size(), 1u + 2 * 6 + 10);
    const bool spectral = config.model.architecture.linear == layers::LinearKind::kSpectralNorm;
    for (const run_log::MatrixRecord& matrix : statistics.matrices) {
      EXPECT_GT(matrix.sigma, 0.0) << matrix.name;
      if (matrix.name == "encoder.embed") continue;
      EXPECT_EQ(matrix.gamma, spectral ? std::optional(1.0) : std::nullopt) << matrix.name;
      EXPECT_GT(matrix.effective_sigma, 0.0) << matrix.name;
    }
  }
}

TEST(UntrackedUpdate, IsTheSameUpdateToTheBit) {
  const TrainingData data = toy_data();
  config::TrainingConfig config = toy_config(data, "");
  const auto weights = [&](bool track) {
    config.stability.track_attention = track;
    model::Transformer model(config.model);
    model::initialize(model, config.seed);
    TrainStep step(model, config, 2);
    const StepResult result = step.run(1, {batch_of(data)});
    EXPECT_EQ(result.entropies.empty(), !track);
    return copies(model);
  };
  testing::expect_same_bits(weights(true), weights(false));
}

INSTANTIATE_TEST_SUITE_P(Schemes, TrackedEntropy, ::testing::ValuesIn([] {
                           std::vector<layers::ResidualKind> kinds;
                           for (const auto& scheme : layers::residual_schemes()) {
                             kinds.push_back(scheme.kind);
                           }
                           return kinds;
                         }()));

}  // namespace
}  // namespace nmt::train::tracked_entropy_test
