// Adam against the formulas in float64 and against LibTorch's own Adam and AdamW; its state.

#include "nmt/optim/adam.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "data/text/error.h"
#include "nmt/config/optimizer_names.h"
#include "nmt/optim/adam_device.h"
#include "nmt/optim/adam_kernel.h"
#include "tests/layers/kernels/instruction_sets.h"
#include "tests/testing/temp_folder.h"

namespace nmt::optim {
namespace {

using ::testing::HasSubstr;

constexpr double kLearningRate = 0.01;

// Sizes around vector widths, and a last one that is split over threads if `rows` is large.
std::vector<Parameter> make_parameters(uint64_t seed, int64_t rows = 40) {
  torch::manual_seed(seed);
  std::vector<Parameter> parameters;
  const std::vector<std::vector<int64_t>> shapes = {{1}, {7}, {3, 5}, {16, 9}, {2, 0}, {rows, 257}};
  for (size_t i = 0; i < shapes.size(); ++i) {
    parameters.push_back({.name = "p" + std::to_string(i) + ".weight",
                          .value = torch::randn(shapes[i]),
                          .gradient = torch::Tensor(),
                          .decays = i % 2 == 1});
  }
  return parameters;
}

void fill_gradients(std::vector<Parameter>& parameters) {
  for (Parameter& parameter : parameters) {
    parameter.gradient = torch::randn(parameter.value.sizes());
  }
}

// The formulas of adam.h as they stand, in float64.
class OracleAdam {
 public:
  explicit OracleAdam(AdamOptions options) : options_(options) {}

  void step(std::vector<torch::Tensor>& values, const std::vector<Parameter>& parameters,
            double rate) {
    ++t_;
    first_.resize(values.size());
    second_.resize(values.size());
    for (size_t i = 0; i < values.size(); ++i) {
      const torch::Tensor g = parameters[i].gradient.to(torch::kFloat64);
      if (t_ == 1) first_[i] = second_[i] = torch::zeros_like(g);
      first_[i] = options_.beta1 * first_[i] + (1 - options_.beta1) * g;
      second_[i] = options_.beta2 * second_[i] + (1 - options_.beta2) * g * g;
      const torch::Tensor m = first_[i] / (1 - std::pow(options_.beta1, t_));
      const torch::Tensor v = second_[i] / (1 - std::pow(options_.beta2, t_));
      const double decay = parameters[i].decays ? options_.weight_decay : 0.0;
      values[i] = values[i] - rate * decay * values[i] - rate * m / (v.sqrt() + options_.eps);
    }
  }

 private:
  AdamOptions options_;
  int t_ = 0;
  std::vector<torch::Tensor> first_, second_;
};

double largest_difference(const torch::Tensor& a, const torch::Tensor& b) {
  if (a.numel() == 0) return 0.0;
  return (a.to(torch::kFloat64) - b.to(torch::kFloat64)).abs().max().item<double>();
}

void expect_equal(const std::vector<Parameter>& a, const std::vector<Parameter>& b) {
  for (size_t i = 0; i < a.size(); ++i) {
    EXPECT_TRUE(torch::equal(a[i].value, b[i].value)) << a[i].name;
  }
}

TEST(Adam, MeetsTheFormulasInFloat64OverManySteps) {
  for (const double weight_decay : {0.0, 0.1}) {
    const AdamOptions options{.weight_decay = weight_decay};
    std::vector<Parameter> parameters = make_parameters(1);
    std::vector<torch::Tensor> expected;
    for (const Parameter& parameter : parameters) {
      expected.push_back(parameter.value.to(torch::kFloat64));
    }
    Adam adam(options);
    OracleAdam oracle(options);
    for (int t = 1; t <= 100; ++t) {
      fill_gradients(parameters);
      const double rate = kLearningRate / t;
      adam.step(parameters, rate, 1.0);
      oracle.step(expected, parameters, rate);
    }
    for (size_t i = 0; i < parameters.size(); ++i) {
      EXPECT_LT(largest_difference(parameters[i].value, expected[i]), 5e-6) << parameters[i].name;
    }
  }
}

TEST(Adam, FirstStepMovesByTheLearningRateAgainstTheSign) {
  std::vector<Parameter> parameters = {
      {.name = "p", .value = torch::zeros({3}), .gradient = torch::tensor({1e-3f, -20.0f, 0.0f})}};
  Adam adam({});
  adam.step(parameters, 0.5, 1.0);
  EXPECT_NEAR(parameters[0].value[0].item<double>(), -0.5, 1e-5);
  EXPECT_NEAR(parameters[0].value[1].item<double>(), 0.5, 1e-6);
  EXPECT_EQ(parameters[0].value[2].item<double>(), 0.0);
}

TEST(Adam, EpsIsAddedToTheRootOfTheCorrectedMoment) {
  std::vector<Parameter> parameters = {
      {.name = "p", .value = torch::zeros({1}), .gradient = torch::full({1}, 0.5)}};
  Adam adam({.eps = 0.25});
  adam.step(parameters, 1.0, 1.0);
  EXPECT_NEAR(parameters[0].value.item<double>(), -0.5 / (0.5 + 0.25), 1e-6);
}

template <class TorchOptimizer, class TorchOptions>
void expect_like_torch(double weight_decay) {
  std::vector<Parameter> parameters = make_parameters(2);
  std::vector<torch::Tensor> theirs;
  for (Parameter& parameter : parameters) {
    parameter.decays = true;
    theirs.push_back(parameter.value.clone().set_requires_grad(true));
  }
  TorchOptimizer reference(theirs, TorchOptions(kLearningRate)
                                       .betas(std::make_tuple(0.9, 0.98))
                                       .eps(1e-8)
                                       .weight_decay(weight_decay));
  Adam adam({.eps = 1e-8, .weight_decay = weight_decay});
  for (int t = 1; t <= 50; ++t) {
    fill_gradients(parameters);
    for (size_t i = 0; i < theirs.size(); ++i) {
      theirs[i].mutable_grad() = parameters[i].gradient.clone();
    }
    adam.step(parameters, kLearningRate, 1.0);
    reference.step();
  }
  for (size_t i = 0; i < theirs.size(); ++i) {
    EXPECT_LT(largest_difference(parameters[i].value, theirs[i].detach()), 5e-6);
  }
}

TEST(Adam, MeetsTorchAdam) {
  expect_like_torch<torch::optim::Adam, torch::optim::AdamOptions>(0.0);
}

TEST(Adam, MeetsTorchAdamWWithWeightDecay) {
  expect_like_torch<torch::optim::AdamW, torch::optim::AdamWOptions>(0.05);
}

TEST(Adam, DoesNotDependOnTheNumberOfThreads) {
  const auto run = [](int threads) {
    const int before = at::get_num_threads();
    at::set_num_threads(threads);
    std::vector<Parameter> parameters = make_parameters(3, 300);
    Adam adam({.weight_decay = 0.01});
    for (int t = 0; t < 5; ++t) {
      fill_gradients(parameters);
      adam.step(parameters, kLearningRate, 1.0);
    }
    at::set_num_threads(before);
    return parameters;
  };
  expect_equal(run(1), run(3));
}

TEST(Adam, TheScaleIsThatOfTheGradient) {
  std::vector<Parameter> scaled = make_parameters(8), plain = make_parameters(8);
  Adam first({.weight_decay = 0.01}), second({.weight_decay = 0.01});
  for (int t = 0; t < 3; ++t) {
    fill_gradients(scaled);
    for (size_t i = 0; i < scaled.size(); ++i) plain[i].gradient = scaled[i].gradient * 0.3f;
    first.step(scaled, kLearningRate, 0.3);
    second.step(plain, kLearningRate, 1.0);
  }
  expect_equal(scaled, plain);
}

TEST(Adam, RunsOnTheThreadsItIsGiven) {
  int64_t tasks_done = 0;
  Adam adam({}, [&](int64_t tasks, const std::function<void(int64_t)>& work) {
    for (int64_t task = tasks - 1; task >= 0; --task, ++tasks_done) work(task);
  });
  Adam plain({});
  std::vector<Parameter> mine = make_parameters(3, 300), theirs = make_parameters(3, 300);
  fill_gradients(mine);
  for (size_t i = 0; i < mine.size(); ++i) theirs[i].gradient = mine[i].gradient;
  adam.step(mine, kLearningRate, 1.0);
  plain.step(theirs, kLearningRate, 1.0);
  expect_equal(mine, theirs);
  EXPECT_GT(tasks_done, 1);
}

TEST(Adam, GradientsMayHaveStridesOrBeAbsent) {
  const torch::Tensor gradient = torch::randn({4, 3});
  std::vector<Parameter> strided = {
      {.name = "a", .value = torch::ones({3, 4}), .gradient = gradient.t()},
      {.name = "b", .value = torch::ones({2}), .gradient = torch::Tensor()}};
  std::vector<Parameter> plain = {
      {.name = "a", .value = torch::ones({3, 4}), .gradient = gradient.t().contiguous()}};
  Adam first({}), second({});
  first.step(strided, kLearningRate, 1.0);
  second.step(plain, kLearningRate, 1.0);
  EXPECT_TRUE(torch::equal(strided[0].value, plain[0].value));
  EXPECT_TRUE(torch::equal(strided[1].value, torch::ones({2})));
}

TEST(Adam, LoadedStateGoesOnBitForBit) {
  std::vector<Parameter> whole = make_parameters(4);
  std::vector<Parameter> resumed = make_parameters(4);
  Adam first({}), second({}), third({});
  torch::manual_seed(9);
  for (int t = 0; t < 5; ++t) {
    fill_gradients(whole);
    for (size_t i = 0; i < whole.size(); ++i) resumed[i].gradient = whole[i].gradient;
    first.step(whole, kLearningRate, 1.0);
    second.step(resumed, kLearningRate, 1.0);
  }
  third.load_state(second.state());
  for (int t = 0; t < 5; ++t) {
    fill_gradients(whole);
    for (size_t i = 0; i < whole.size(); ++i) resumed[i].gradient = whole[i].gradient;
    first.step(whole, kLearningRate, 1.0);
    third.step(resumed, kLearningRate, 1.0);
  }
  expect_equal(whole, resumed);
  const NamedTensors a = first.state(), b = third.state();
  ASSERT_EQ(a.size(), b.size());
  for (size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].first, b[i].first);
    EXPECT_TRUE(torch::equal(a[i].second, b[i].second)) << a[i].first;
  }
}

TEST(Adam, StateNamesAndLoadedCopies) {
  std::vector<Parameter> parameters = {
      {.name = "x.weight", .value = torch::zeros({2}), .gradient = torch::ones({2})}};
  Adam adam({});
  adam.step(parameters, kLearningRate, 1.0);
  const NamedTensors state = adam.state();
  ASSERT_EQ(state.size(), 3u);
  EXPECT_EQ(state[0].first, "step");
  EXPECT_EQ(state[0].second.item<int64_t>(), 1);
  EXPECT_EQ(state[1].first, "x.weight.exp_avg");
  EXPECT_EQ(state[2].first, "x.weight.exp_avg_sq");

  Adam other({});
  other.load_state(state);
  EXPECT_EQ(other.state().size(), 3u);  // Also before the first step.
  state[1].second.fill_(7.0);
  EXPECT_NEAR(other.state()[1].second[0].item<double>(), 0.1, 1e-6);
}

TEST(Adam, RefusesAStateOfAnotherModel) {
  const auto message = [](NamedTensors state) {
    std::vector<Parameter> parameters = {
        {.name = "x", .value = torch::zeros({2}), .gradient = torch::ones({2})}};
    const auto attempt = [&] {
      Adam adam({});
      adam.load_state(state);
      adam.step(parameters, kLearningRate, 1.0);
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
              HasSubstr("3 tensors for 1 parameters"));
}

constexpr AdamCoefficients kCoefficients = {.gradient_scale = 0.7f,
                                            .keep = 0.99f,
                                            .beta1 = 0.9f,
                                            .one_minus_beta1 = 0.1f,
                                            .beta2 = 0.98f,
                                            .one_minus_beta2 = 0.02f,
                                            .step_size = 0.01f,
                                            .root_scale = 1.5f,
                                            .eps = 1e-3f};

struct Arrays {
  explicit Arrays(int64_t size) {
    torch::manual_seed(6);
    value = torch::randn({size});
    first = torch::randn({size});
    second = torch::rand({size});
    gradient = torch::randn({size});
  }
  torch::Tensor value, first, second, gradient;
};

Arrays updated_by_kernel(int64_t size) {
  Arrays a(size);
  adam_update(a.value.mutable_data_ptr<float>(), a.gradient.const_data_ptr<float>(),
              a.first.mutable_data_ptr<float>(), a.second.mutable_data_ptr<float>(), size,
              kCoefficients);
  return a;
}

TEST(AdamKernel, GivesTheSameBitsOnEveryInstructionSet) {
  for (const int64_t size : {1, 3, 8, 16, 37, 1003}) {
    // The header's order, rounded after every operation.
    Arrays expected(size);
    const AdamCoefficients& c = kCoefficients;
    for (int64_t i = 0; i < size; ++i) {
      float* m = expected.first.mutable_data_ptr<float>() + i;
      float* v = expected.second.mutable_data_ptr<float>() + i;
      float* value = expected.value.mutable_data_ptr<float>() + i;
      const volatile float g = c.gradient_scale * expected.gradient.const_data_ptr<float>()[i];
      const volatile float kept_m = c.beta1 * *m, new_m = c.one_minus_beta1 * g;
      *m = kept_m + new_m;
      const volatile float square = g * g;
      const volatile float kept_v = c.beta2 * *v, new_v = c.one_minus_beta2 * square;
      *v = kept_v + new_v;
      const volatile float root = std::sqrt(*v) * c.root_scale;
      const volatile float step = c.step_size * *m, bounded = root + c.eps;
      const volatile float kept = c.keep * *value, moved = step / bounded;
      *value = kept - moved;
    }
    testing::on_each_instruction_set([&] {
      const Arrays actual = updated_by_kernel(size);
      EXPECT_TRUE(torch::equal(actual.value, expected.value)) << size;
      EXPECT_TRUE(torch::equal(actual.first, expected.first)) << size;
      EXPECT_TRUE(torch::equal(actual.second, expected.second)) << size;
    });
  }
}

TEST(AdamDevice, IsTheArithmeticOfTheKernel) {
  const Arrays kernel = updated_by_kernel(1003);
  const Arrays device(1003);
  adam_update_on_device(device.value, device.gradient, device.first, device.second, kCoefficients);
  EXPECT_LT(largest_difference(kernel.value, device.value), 1e-6);
  EXPECT_LT(largest_difference(kernel.first, device.first), 1e-6);
  EXPECT_LT(largest_difference(kernel.second, device.second), 1e-6);
}

TEST(OptimizerTable, MakesEveryOptimizerThatTheConfigurationNames) {
  config::OptimizationConfig config;
  EXPECT_NE(dynamic_cast<Adam*>(make_optimizer(config).get()), nullptr);
  for (const std::string& name : config::optimizer_names()) {
    config.optimizer = name;
    EXPECT_NE(make_optimizer(config), nullptr) << name;
  }
  config.optimizer = "adma";
  EXPECT_EQ(nmt::testing::message_of<UsageError>([&] { make_optimizer(config); }),
            "optimizer: 'adma' is not among adam");
}

TEST(OptimizerTable, PassesTheConfigurationOn) {
  config::OptimizationConfig config;
  config.adam_eps = 0.25;
  config.weight_decay = 0.5;
  std::vector<Parameter> parameters = {
      {.name = "p", .value = torch::ones({1}), .gradient = torch::full({1}, 0.5), .decays = true}};
  make_optimizer(config)->step(parameters, 0.1, 1.0);
  EXPECT_NEAR(parameters[0].value.item<double>(), 1.0 - 0.05 - 0.1 * 0.5 / 0.75, 1e-6);
}

}  // namespace
}  // namespace nmt::optim
