// What every optimizer of the table must keep to: threads, scale, strides, decay, state, devices.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ATen/Parallel.h>

#include "nmt/config/enum_names.h"
#include "nmt/optim/elementwise_optimizer.h"
#include "tests/nmt/optim/updates.h"
#include "tests/testing/temp_folder.h"

namespace nmt::optim::every_optimizer_test {
namespace {

using config::OptimizerKind;
using testing::expect_equal;
using testing::fill_gradients;
using ::testing::HasSubstr;
using testing::make_parameters;
using testing::share_gradients;

constexpr double kLearningRate = 0.01;

struct Variant {
  std::string title;
  config::OptimizationConfig config;
};

std::vector<Variant> variants() {
  std::vector<Variant> all;
  for (const auto& [kind, name, tensors] : config::kOptimizerRows) {
    config::OptimizationConfig config;
    config.optimizer = kind;
    config.weight_decay = 0.1;
    config.trust_coefficient = 0.5;
    all.push_back({std::string(name), config});
    if (kind != OptimizerKind::kSgd) continue;
    config.nesterov = true;
    all.push_back({"sgd_nesterov", config});
    config.nesterov = false;
    config.momentum = 0.0;
    all.push_back({"sgd_without_momentum", config});
  }
  return all;
}

class EveryOptimizer : public ::testing::TestWithParam<Variant> {
 protected:
  std::unique_ptr<Optimizer> make(ParallelFor parallel_for = in_torch_threads) const {
    return make_optimizer(GetParam().config, std::move(parallel_for));
  }

  /// Null: it is not one.
  static const ElementwiseOptimizer* elementwise(const Optimizer& optimizer) {
    return dynamic_cast<const ElementwiseOptimizer*>(&optimizer);
  }

  /// Of each parameter at most, as the memory estimate counts them.
  int64_t state_tensors() const {
    const config::OptimizationConfig& config = GetParam().config;
    return config::optimizer_state_tensors(config.optimizer, config.momentum);
  }
};

INSTANTIATE_TEST_SUITE_P(Table, EveryOptimizer, ::testing::ValuesIn(variants()),
                         [](const auto& info) { return info.param.title; });

// Backwards, as threads might.
void in_reverse(int64_t tasks, const std::function<void(int64_t)>& work) {
  for (int64_t task = tasks - 1; task >= 0; --task) work(task);
}

TEST_P(EveryOptimizer, DoesNotDependOnThreadsOrTheirOrder) {
  const auto run = [&](int threads, const ParallelFor& parallel_for) {
    const int before = at::get_num_threads();
    at::set_num_threads(threads);
    std::vector<Parameter> parameters = make_parameters(3, 300);
    const auto optimizer = make(parallel_for);
    for (int t = 0; t < 5; ++t) {
      fill_gradients(parameters);
      optimizer->step(parameters, kLearningRate, 0.7);
    }
    at::set_num_threads(before);
    return parameters;
  };
  const std::vector<Parameter> alone = run(1, in_torch_threads);
  expect_equal(alone, run(3, in_torch_threads));
  expect_equal(alone, run(1, in_reverse));
}

TEST_P(EveryOptimizer, CutsTheWorkIntoTasks) {
  int64_t most = 0;
  const auto optimizer = make([&](int64_t tasks, const std::function<void(int64_t)>& work) {
    most = std::max(most, tasks);
    in_reverse(tasks, work);
  });
  if (elementwise(*optimizer) == nullptr) GTEST_SKIP();
  std::vector<Parameter> parameters = make_parameters(3, 300);
  fill_gradients(parameters);
  optimizer->step(parameters, kLearningRate, 1.0);
  EXPECT_EQ(most, 3);  // 77,267 elements.
}

TEST_P(EveryOptimizer, TheScaleIsThatOfTheGradient) {
  std::vector<Parameter> scaled = make_parameters(8), plain = make_parameters(8);
  const auto first = make(), second = make();
  for (int t = 0; t < 3; ++t) {
    fill_gradients(scaled);
    for (size_t i = 0; i < scaled.size(); ++i) plain[i].gradient = scaled[i].gradient * 0.3f;
    first->step(scaled, kLearningRate, 0.3);
    second->step(plain, kLearningRate, 1.0);
  }
  testing::expect_near(scaled, plain, 1e-6);
}

TEST_P(EveryOptimizer, GradientsMayHaveStridesOrBeAbsent) {
  torch::manual_seed(1);
  const torch::Tensor gradient = torch::randn({4, 3});
  const auto parameters = [](const torch::Tensor& of_a) {
    return std::vector<Parameter>{
        {.name = "b", .value = torch::ones({2}), .gradient = torch::Tensor(), .decays = true},
        {.name = "a", .value = torch::ones({3, 4}), .gradient = of_a, .decays = true}};
  };
  std::vector<Parameter> strided = parameters(gradient.t());
  std::vector<Parameter> plain = parameters(gradient.t().contiguous());
  make()->step(strided, kLearningRate, 1.0);
  make()->step(plain, kLearningRate, 1.0);
  expect_equal(strided, plain);
  EXPECT_TRUE(torch::equal(strided[0].value, torch::ones({2})));
  EXPECT_FALSE(torch::equal(strided[1].value, torch::ones({3, 4})));
}

TEST_P(EveryOptimizer, WithoutGradientOnlyWhatDecaysShrinks) {
  std::vector<Parameter> parameters = make_parameters(9);
  std::vector<torch::Tensor> before;
  for (Parameter& parameter : parameters) {
    parameter.gradient = torch::zeros_like(parameter.value);
    before.push_back(parameter.value.clone());
  }
  make()->step(parameters, kLearningRate, 1.0);
  // LAMB's step is the learning rate times the norm whatever the decay; the others' has the decay.
  const double kept =
      1.0 - kLearningRate * (GetParam().config.optimizer == OptimizerKind::kLamb ? 1.0 : 0.1);
  for (size_t i = 0; i < parameters.size(); ++i) {
    const torch::Tensor expected = parameters[i].decays ? before[i] * kept : before[i];
    EXPECT_LT(testing::largest_difference(parameters[i].value, expected), 1e-6);
    EXPECT_TRUE(parameters[i].decays || torch::equal(parameters[i].value, before[i]));
  }
}

TEST_P(EveryOptimizer, LoadedStateGoesOnBitForBit) {
  std::vector<Parameter> whole = make_parameters(4), resumed = make_parameters(4);
  const auto first = make(), second = make(), third = make();
  const auto updates = [&](Optimizer& of_resumed) {
    for (int t = 1; t <= 5; ++t) {
      fill_gradients(whole);
      share_gradients(whole, resumed);
      first->step(whole, kLearningRate / t, 0.8);
      of_resumed.step(resumed, kLearningRate / t, 0.8);
    }
  };
  updates(*second);
  third->load_state(second->state());
  updates(*third);
  expect_equal(whole, resumed);
  const NamedTensors a = first->state(), b = third->state();
  int64_t most = 0;
  for (const Parameter& parameter : whole) {
    most = std::max(most, std::count_if(a.begin(), a.end(), [&](const auto& tensor) {
                      return tensor.first.starts_with(parameter.name + ".");
                    }));
  }
  EXPECT_EQ(most, state_tensors());
  if (elementwise(*first) != nullptr) {
    EXPECT_EQ(a.size(), 1 + most * whole.size());
  }
  ASSERT_EQ(a.size(), b.size());
  for (size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].first, b[i].first);
    EXPECT_TRUE(torch::equal(a[i].second, b[i].second)) << a[i].first;
  }
}

TEST_P(EveryOptimizer, RefusesAStateThatLacksOrHasMoreThanItsOwn) {
  std::vector<Parameter> parameters = make_parameters(4);
  fill_gradients(parameters);
  const auto optimizer = make();
  optimizer->step(parameters, kLearningRate, 1.0);
  NamedTensors state = optimizer->state();
  const auto message = [&](const NamedTensors& loaded) {
    std::vector<Parameter> fresh = make_parameters(4);
    fill_gradients(fresh);
    const std::string text = nmt::testing::message_of<InputError>([&] {
      const auto other = make();
      other->load_state(loaded);
      other->step(fresh, kLearningRate, 1.0);
    });
    expect_equal(fresh, make_parameters(4));
    return text;
  };
  NamedTensors more = state;
  more.emplace_back("q.weight.other", torch::zeros({1}));
  EXPECT_THAT(message(more), HasSubstr("belongs to another model or optimizer"));
  if (state_tensors() > 0) {
    NamedTensors less = state;
    less.pop_back();
    EXPECT_THAT(message(less), HasSubstr(state.back().first + " is missing"));
  }
  state.erase(state.begin());
  EXPECT_THAT(message(state), HasSubstr("'step'"));
}

TEST_P(EveryOptimizer, RefusesOtherParametersThanBefore) {
  std::vector<Parameter> parameters = make_parameters(4);
  const auto optimizer = make();
  optimizer->step(parameters, kLearningRate, 1.0);
  std::vector<Parameter> renamed = parameters, fewer = parameters;
  renamed[2].name = "other";
  fewer.pop_back();
  EXPECT_THROW(optimizer->step(renamed, kLearningRate, 1.0), c10::Error);
  EXPECT_THROW(optimizer->step(fewer, kLearningRate, 1.0), c10::Error);
}

TEST_P(EveryOptimizer, TensorOperationsDoTheSameAsArrays) {
  std::vector<Parameter> arrays = make_parameters(6), tensors = make_parameters(6);
  const auto optimizer = make();
  if (elementwise(*optimizer) == nullptr) GTEST_SKIP();
  const ElementRule& rule = elementwise(*optimizer)->rule();
  std::vector<std::vector<torch::Tensor>> state(tensors.size());
  std::vector<ParameterTensors> all;
  for (size_t i = 0; i < tensors.size(); ++i) {
    for (size_t k = 0; k < rule.state.size(); ++k) {
      state[i].push_back(torch::zeros_like(tensors[i].value));
    }
    all.push_back({tensors[i].value, {}, state[i], tensors[i].decays});
  }
  for (int64_t t = 1; t <= 10; ++t) {
    fill_gradients(arrays);
    for (size_t i = 0; i < all.size(); ++i) all[i].gradient = arrays[i].gradient;
    optimizer->step(arrays, kLearningRate, 0.6);
    rule.update_tensors(GetParam().config,
                        {.step = t, .learning_rate = kLearningRate, .gradient_scale = 0.6}, all);
  }
  testing::expect_near(arrays, tensors, 2e-6);
}

TEST(OptimizerState, HasNamesAndIsLoadedAsCopies) {
  std::vector<Parameter> parameters = {
      {.name = "x.weight", .value = torch::zeros({2}), .gradient = torch::ones({2})}};
  const auto adam = make_optimizer({});
  adam->step(parameters, kLearningRate, 1.0);
  const NamedTensors state = adam->state();
  ASSERT_EQ(state.size(), 3u);
  EXPECT_EQ(state[0].first, "step");
  EXPECT_EQ(state[0].second.item<int64_t>(), 1);
  EXPECT_EQ(state[1].first, "x.weight.exp_avg");
  EXPECT_EQ(state[2].first, "x.weight.exp_avg_sq");

  const auto other = make_optimizer({});
  other->load_state(state);
  EXPECT_EQ(other->state().size(), 3u);  // Also before the first step.
  state[1].second.fill_(7.0);
  EXPECT_NEAR(other->state()[1].second[0].item<double>(), 0.1, 1e-6);
}

TEST(OptimizerState, OfAnotherModelIsRefused) {
  const auto message = [](NamedTensors state) {
    std::vector<Parameter> parameters = {
        {.name = "x", .value = torch::zeros({2}), .gradient = torch::ones({2})}};
    const auto attempt = [&] {
      const auto adam = make_optimizer({});
      adam->load_state(state);
      adam->step(parameters, kLearningRate, 1.0);
    };
    const std::string text = nmt::testing::message_of<InputError>(attempt);
    EXPECT_TRUE(torch::equal(parameters[0].value, torch::zeros({2})));
    return text;
  };
  const std::pair<std::string, torch::Tensor> step = {"step", torch::tensor(int64_t{3})};
  const torch::Tensor moment = torch::zeros({2});
  EXPECT_THAT(message({{"x.exp_avg", moment}}), HasSubstr("'step'"));
  EXPECT_THAT(message({step, {"x.exp_avg", moment}}), HasSubstr("x.exp_avg_sq is missing"));
  EXPECT_THAT(message({step, {"x.exp_avg", torch::zeros({3})}, {"x.exp_avg_sq", moment}}),
              HasSubstr("x.exp_avg is Float [3], must be Float [2]"));
  EXPECT_THAT(message({step, {"x.exp_avg", moment}, {"x.exp_avg_sq", moment}, {"y.b", moment}}),
              HasSubstr("3 tensors in place of 2 for 1 parameters"));
}

TEST(OptimizerTable, MakesEveryOptimizerThatTheConfigurationNames) {
  config::OptimizationConfig config;
  for (const auto& [kind, name, tensors] : config::kOptimizerRows) {
    config.optimizer = kind;
    EXPECT_NE(make_optimizer(config), nullptr) << name;
  }
}

double moved_by(const config::OptimizationConfig& config) {
  std::vector<Parameter> parameters = {
      {.name = "p", .value = torch::ones({1}), .gradient = torch::full({1}, 0.5), .decays = true}};
  const auto optimizer = make_optimizer(config);
  optimizer->step(parameters, 0.1, 1.0);
  optimizer->step(parameters, 0.1, 1.0);
  return 1.0 - parameters[0].value.item<double>();
}

TEST(OptimizerTable, PassesTheConfigurationOn) {
  config::OptimizationConfig config;
  config.adam_eps = 0.25;
  config.weight_decay = 0.5;
  // Adam's corrected moments of a constant gradient g are g and g².
  const double adam = 0.1 * 0.5 / 0.75;
  EXPECT_NEAR(moved_by(config), 1.0 - ((1.0 * 0.95 - adam) * 0.95 - adam), 1e-6);
  config.weight_decay = 0.0;
  config.optimizer = OptimizerKind::kAdagrad;
  EXPECT_NEAR(moved_by(config), 0.05 / 0.75 + 0.05 / (0.5 * std::sqrt(2.0) + 0.25), 1e-6);
  config.optimizer =
      OptimizerKind::kLamb;  // One element: the ratio makes every step the rate's share of it.
  EXPECT_NEAR(moved_by(config), 1.0 - 0.9 * 0.9, 1e-6);
  config.optimizer = OptimizerKind::kLion;
  EXPECT_NEAR(moved_by(config), 0.2, 1e-6);
  config.optimizer = OptimizerKind::kSgd;
  config.momentum = 0.4;
  EXPECT_NEAR(moved_by(config), 0.05 + 0.05 * 1.4, 1e-6);
  config.nesterov = true;
  EXPECT_NEAR(moved_by(config), 0.05 * 1.4 + 0.05 * (1 + 0.4 * 1.4), 1e-6);
  config.optimizer = OptimizerKind::kLars;
  config.trust_coefficient = 0.25;
  const double first = 0.1 * 0.25;
  EXPECT_NEAR(moved_by(config), first + (0.4 * first + 0.1 * 0.25 * (1.0 - first)), 1e-6);
}

}  // namespace
}  // namespace nmt::optim::every_optimizer_test
