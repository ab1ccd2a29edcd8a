// Adam against the formulas in float64 and against LibTorch's own Adam and AdamW; its kernel.

#include "nmt/optim/adam.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "data/text/error.h"
#include "nmt/optim/adam_kernel.h"
#include "tests/layers/kernels/instruction_sets.h"
#include "tests/nmt/optim/updates.h"
#include "tests/testing/temp_folder.h"

namespace nmt::optim {
namespace {

using testing::fill_gradients;
using ::testing::HasSubstr;
using testing::largest_difference;
using testing::make_parameters;

constexpr double kLearningRate = 0.01;

// The formulas of adam.h as they stand, in float64.
class OracleAdam {
 public:
  explicit OracleAdam(config::OptimizationConfig options) : options_(options) {}

  void step(std::vector<torch::Tensor>& values, const std::vector<Parameter>& parameters,
            double rate) {
    ++t_;
    first_.resize(values.size());
    second_.resize(values.size());
    for (size_t i = 0; i < values.size(); ++i) {
      const torch::Tensor g = parameters[i].gradient.to(torch::kFloat64);
      if (t_ == 1) first_[i] = second_[i] = torch::zeros_like(g);
      first_[i] = options_.adam_beta1 * first_[i] + (1 - options_.adam_beta1) * g;
      second_[i] = options_.adam_beta2 * second_[i] + (1 - options_.adam_beta2) * g * g;
      const torch::Tensor m = first_[i] / (1 - std::pow(options_.adam_beta1, t_));
      const torch::Tensor v = second_[i] / (1 - std::pow(options_.adam_beta2, t_));
      const double decay = parameters[i].decays ? options_.weight_decay : 0.0;
      values[i] = values[i] - rate * decay * values[i] - rate * m / (v.sqrt() + options_.adam_eps);
    }
  }

 private:
  config::OptimizationConfig options_;
  int t_ = 0;
  std::vector<torch::Tensor> first_, second_;
};

TEST(Adam, MeetsTheFormulasInFloat64OverManySteps) {
  for (const double weight_decay : {0.0, 0.1}) {
    const config::OptimizationConfig options{.weight_decay = weight_decay};
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
  Adam adam({.adam_eps = 0.25});
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
  Adam adam({.adam_eps = 1e-8, .weight_decay = weight_decay});
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
              HasSubstr("3 tensors in place of 2 for 1 parameters"));
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
    nmt::testing::on_each_instruction_set([&] {
      const Arrays actual = updated_by_kernel(size);
      EXPECT_TRUE(torch::equal(actual.value, expected.value)) << size;
      EXPECT_TRUE(torch::equal(actual.first, expected.first)) << size;
      EXPECT_TRUE(torch::equal(actual.second, expected.second)) << size;
    });
  }
}

}  // namespace
}  // namespace nmt::optim
