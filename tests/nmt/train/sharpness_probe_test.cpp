// Sharpness of small models against their dense Hessian, which is built column by column from
// central differences of the gradient that training computes, in float64.

#include "nmt/train/sharpness_probe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>

#include "nmt/model/init.h"
#include "nmt/model/parameters.h"
#include "tests/layers/double_precision.h"
#include "tests/nmt/model/small_config.h"
#include "tests/nmt/train/toy_run.h"

namespace nmt::train::sharpness_probe_test {
namespace {

using nmt::testing::DoublePrecision;
using nmt::testing::normal;
using nmt::testing::seeded;

// 1L-1L with D = 4, F = 6, H = 2, V = 9: some 400 parameters.
config::TrainingConfig tiny_config(layers::ResidualKind residual, layers::LinearKind linear) {
  config::TrainingConfig config;
  config.model = model::small_config(residual, linear);
  config.model.architecture.encoder_layers = 1;
  config.model.architecture.decoder_layers = 1;
  config.model.d_model = 4;
  config.model.ffn_dim = 6;
  config.model.vocab_size = 9;
  config.model.activation = layers::ActivationKind::kGelu;  // Smooth, for the differences.
  config.optimization.label_smoothing = 0.1;
  config.schedule.sharpness_iterations = 400;
  return config;
}

std::vector<data::Batch> two_batches() {
  const auto ids = [](std::vector<std::vector<int64_t>> rows) {
    const auto width = static_cast<int64_t>(rows[0].size());
    torch::Tensor all = torch::empty({std::ssize(rows), width}, torch::kInt64);
    for (size_t i = 0; i < rows.size(); ++i) {
      for (int64_t j = 0; j < width; ++j) all[i][j] = rows[i][j];
    }
    return all;
  };
  return {{.source = ids({{3, 4, 2, 0}, {7, 8, 5, 2}}),
           .source_lengths = torch::tensor({3, 4}, torch::kInt64),
           .target = ids({{5, 6, 2}, {4, 2, 0}}),
           .target_lengths = torch::tensor({3, 2}, torch::kInt64),
           .pairs = {0, 1}},
          {.source = ids({{6, 2}}),
           .source_lengths = torch::tensor({2}, torch::kInt64),
           .target = ids({{8, 7, 3, 2}}),
           .target_lengths = torch::tensor({4}, torch::kInt64),
           .pairs = {2}}};
}

constexpr double kTargetTokens = 9;

// Initialised, then moved off the special values of biases, gains and γ.
model::Transformer random_model(const config::TrainingConfig& config, at::Generator& generator) {
  model::Transformer model(config.model);
  model::initialize(model, 3);
  const torch::NoGradGuard no_grad;
  for (const auto& [name, value] : model::named_parameters(model)) {
    value.detach().add_(0.3 * normal(value.sizes(), generator));
  }
  model::advance(model);
  return model;
}

// The gradient of the loss with u and v of σReparam held: what autograd differentiates again.
class GradientAtFixedVectors {
 public:
  explicit GradientAtFixedVectors(model::Transformer model) : model_(std::move(model)) {
    const torch::NoGradGuard no_grad;
    for (layers::StackedLinear* linear : model_->linears()) {
      for (const auto& group : linear->groups()) {
        const torch::Tensor v = group.parametrization->buffers()[0].second.clone();
        const torch::Tensor image = group.raw.mv(v);
        vectors_.push_back({image / image.norm(), v});
      }
    }
  }

  torch::Tensor operator()() {
    write_effective();
    for (const data::Batch& batch : two_batches()) {
      (model_->loss(batch, 0.1, {}).loss / kTargetTokens).backward();
    }
    pull_back();
    std::vector<torch::Tensor> all;
    for (const auto& [name, value] : model::named_parameters(model_)) {
      all.push_back(value.grad().flatten().clone());
      value.mutable_grad() = torch::Tensor();
    }
    return at::cat(all);
  }

 private:
  struct Vectors {
    torch::Tensor u, v;
  };

  static double sigma(const layers::StackedLinear::Group& group, const Vectors& fixed) {
    return fixed.u.dot(group.raw.mv(fixed.v)).item<double>();
  }

  static torch::Tensor gamma(const layers::StackedLinear::Group& group) {
    return group.parametrization->own_parameters()[0].second;
  }

  template <class Use>
  void each_group(const Use& use) {
    const torch::NoGradGuard no_grad;
    size_t index = 0;
    for (layers::StackedLinear* linear : model_->linears()) {
      for (const auto& group : linear->groups()) use(*linear, group, vectors_[index++]);
    }
  }

  void write_effective() {
    each_group([](auto&, const auto& group, const Vectors& fixed) {
      group.effective.copy_(gamma(group) / sigma(group, fixed) * group.raw);
    });
  }

  // Groups are single parts here. pull_gradients_back() hands each part its rows of dL/dŴ and would
  // then use vectors of its own, so the leaves' gradients are kept aside first.
  void pull_back() {
    const torch::NoGradGuard no_grad;
    for (layers::StackedLinear* linear : model_->linears()) {
      std::vector<torch::Tensor> blocks;
      for (size_t i = 0; i < linear->options().products.size(); ++i) {
        blocks.push_back(linear->leaves()[i].grad().clone());
      }
      effective_gradients_[linear] = at::cat(blocks);
      linear->pull_gradients_back();
    }
    each_group([&](auto& linear, const auto& group, const Vectors& fixed) {
      int64_t first = 0;
      for (int64_t i = 0; i < group.first_part; ++i)
        first += linear.options().parts[i].out_features;
      const torch::Tensor g = effective_gradients_[&linear].narrow(0, first, group.raw.size(0));
      const double s = sigma(group, fixed);
      const torch::Tensor along = (g * group.raw).sum() / s;
      gamma(group).mutable_grad() = along.view({1});
      linear.parts()[group.first_part]->weight.mutable_grad() =
          gamma(group) / s * (g - along * at::outer(fixed.u, fixed.v));
    });
  }

  model::Transformer model_;
  std::vector<Vectors> vectors_;
  std::map<const layers::StackedLinear*, torch::Tensor> effective_gradients_;
};

torch::Tensor dense_hessian(model::Transformer& model) {
  constexpr double kStep = 1e-5;
  GradientAtFixedVectors gradient(model);
  std::vector<torch::Tensor> columns;
  for (const auto& [name, value] : model::named_parameters(model)) {
    double* numbers = value.mutable_data_ptr<double>();
    for (int64_t i = 0; i < value.numel(); ++i) {
      const double before = numbers[i];
      numbers[i] = before + kStep;
      const torch::Tensor above = gradient();
      numbers[i] = before - kStep;
      columns.push_back((above - gradient()) / (2.0 * kStep));
      numbers[i] = before;
    }
  }
  return at::stack(columns);
}

// Adam's state after seven updates.
optim::NamedTensors some_state(model::Transformer& model, at::Generator& generator) {
  optim::NamedTensors state = {{"step", torch::tensor(7, torch::kInt64)}};
  for (const auto& [name, value] : model::named_parameters(model)) {
    state.emplace_back(name + ".exp_avg", at::zeros_like(value));
    state.emplace_back(name + ".exp_avg_sq", 1e-4 * normal(value.sizes(), generator).square());
  }
  return state;
}

torch::Tensor diagonal_of(const optim::NamedTensors& state, double beta2, double eps) {
  std::vector<torch::Tensor> all;
  for (const auto& [name, value] : state) {
    if (name.ends_with(".exp_avg_sq")) all.push_back(value.flatten());
  }
  return (at::cat(all) / (1.0 - std::pow(beta2, 7.0))).sqrt() + eps;
}

double top(const torch::Tensor& matrix) {
  return at::linalg_eigvalsh(matrix)[-1].item<double>();
}

void expect_dense_sharpness(layers::ResidualKind residual, layers::LinearKind linear) {
  at::set_num_threads(1);
  const DoublePrecision double_precision;
  at::Generator generator = seeded(11);
  const config::TrainingConfig config = tiny_config(residual, linear);
  model::Transformer model = random_model(config, generator);
  const optim::NamedTensors state = some_state(model, generator);
  const run_log::SharpnessRecord found =
      SharpnessProbe(config, two_batches()).measure(model, state);

  const torch::Tensor hessian = dense_hessian(model);
  const double size = hessian.abs().max().item<double>();
  EXPECT_LT((hessian - hessian.t()).abs().max().item<double>(), 1e-6 * size);
  const torch::Tensor root =
      diagonal_of(state, config.optimization.adam_beta2, config.optimization.adam_eps).rsqrt();
  const torch::Tensor scaled = root.unsqueeze(1) * hessian * root;
  EXPECT_LT(found.residual, 1e-3);
  EXPECT_NEAR(found.sharpness, top(hessian), 1e-3 * top(hessian));
  EXPECT_NEAR(found.preconditioned.value(), top(scaled), 1e-3 * top(scaled));
  EXPECT_THAT(found.preconditioner, ::testing::HasSubstr("second moment"));

  // adamw is adam but for its weight decay; without second moments there is no P.
  config::TrainingConfig other = config;
  other.optimization.optimizer = config::OptimizerKind::kAdamW;
  EXPECT_EQ(SharpnessProbe(other, two_batches()).measure(model, state).preconditioned,
            found.preconditioned);
  other.optimization.optimizer = config::OptimizerKind::kLion;
  const run_log::SharpnessRecord bare = SharpnessProbe(other, two_batches()).measure(model, state);
  EXPECT_FALSE(bare.preconditioned.has_value());
  EXPECT_EQ(bare.preconditioner, "none: lion keeps no second moments");
}

TEST(SharpnessOfPreLn, MeetsTheDenseHessian) {
  expect_dense_sharpness(layers::ResidualKind::kPreLn, layers::LinearKind::kPlain);
}

TEST(SharpnessOfPostLnSigma, MeetsTheDenseHessian) {
  expect_dense_sharpness(layers::ResidualKind::kPostLn, layers::LinearKind::kSigma);
}

TEST(SharpnessOfDeepNorm, MeetsTheDenseHessian) {
  expect_dense_sharpness(layers::ResidualKind::kDeepNorm, layers::LinearKind::kPlain);
}

TEST(SharpnessOfNoNormSigma, MeetsTheDenseHessian) {
  expect_dense_sharpness(layers::ResidualKind::kNoNorm, layers::LinearKind::kSigma);
}

TEST(SharpnessProbe, Float32MeetsFloat64) {
  const TrainingData data = testing::toy_data();
  for (const auto& linear : layers::kLinearKinds) {
    config::TrainingConfig config = testing::toy_config(data, "");
    config.model.architecture.linear = linear.kind;
    SCOPED_TRACE(model::name_of(config.model));
    model::Transformer model(config.model);
    model::initialize(model, 3);
    TrainStep step(model, config, /*workers=*/1);
    data::TokenBatcher batcher(data.train, {.max_tokens = 600, .seed = 3});
    for (int64_t update = 1; update <= 30; ++update) step.run(update, {batcher.next()});
    const SharpnessProbe probe(config, sharpness_sample(data.train, 200, 1));
    const run_log::SharpnessRecord single = probe.measure(model, step.optimizer().state());
    const DoublePrecision double_precision;
    const run_log::SharpnessRecord exact = probe.measure(model, step.optimizer().state());
    EXPECT_LT(exact.residual, 1e-3);
    EXPECT_NEAR(single.sharpness, exact.sharpness, 1e-3 * exact.sharpness);
    EXPECT_NEAR(*single.preconditioned, *exact.preconditioned, 1e-3 * *exact.preconditioned);
    EXPECT_NE(single.sharpness, exact.sharpness);
  }
}

TEST(SharpnessProbe, LeavesModelAndOptimizerAsTheyAre) {
  const TrainingData data = testing::toy_data();
  const config::TrainingConfig config = testing::toy_config(data, "");
  model::Transformer model(config.model);
  model::initialize(model, 3);
  const auto copies = [&] {
    std::vector<torch::Tensor> all;
    for (const auto& [name, value] : model::named_tensors(model)) all.push_back(value.clone());
    for (const torch::Tensor& leaf : model->leaves()) all.push_back(leaf.detach().clone());
    return all;
  };
  const std::vector<torch::Tensor> before = copies();
  SharpnessProbe(config, sharpness_sample(data.train, 50, 1))
      .measure(model, {{"step", torch::tensor(0, torch::kInt64)}});
  const std::vector<torch::Tensor> after = copies();
  for (size_t i = 0; i < before.size(); ++i) EXPECT_TRUE(torch::equal(before[i], after[i])) << i;
  for (const torch::Tensor& leaf : model->leaves()) EXPECT_FALSE(leaf.grad().defined());
}

TEST(SharpnessSample, HasTheTokensAskedForAndIsFixedByTheSeed) {
  const TrainingData data = testing::toy_data();
  const auto pairs = [&](int64_t tokens, uint64_t seed) {
    std::vector<int64_t> all;
    for (const data::Batch& batch : sharpness_sample(data.train, tokens, seed)) {
      all.insert(all.end(), batch.pairs.begin(), batch.pairs.end());
      EXPECT_LE(batch.size() * std::max(batch.source.size(1), batch.target.size(1)), 512);
    }
    return all;
  };
  const auto tokens = [&](const std::vector<int64_t>& some) {
    int64_t sum = 0;
    for (const int64_t pair : some) sum += data.train.target_length(pair);
    return sum;
  };
  const std::vector<int64_t> some = pairs(400, 1);
  EXPECT_LE(tokens(some), 400);
  EXPECT_GT(tokens(some), 300);
  EXPECT_EQ(some, pairs(400, 1));
  EXPECT_NE(some, pairs(400, 2));
  EXPECT_EQ(std::set<int64_t>(some.begin(), some.end()).size(), some.size());
  EXPECT_EQ(pairs(1, 1).size(), 1u);
  EXPECT_EQ(std::ssize(pairs(1'000'000, 1)), data.train.size());
}

}  // namespace
}  // namespace nmt::train::sharpness_probe_test
