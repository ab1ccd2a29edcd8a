// Stacked linear layers: several matrices in one product, each with its own name and, by groups,
// its own parametrisation.

#include "layers/linear.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "layers/spectral_norm.h"
#include "tests/layers/double_precision.h"

namespace nmt::layers::linear_test {
namespace {

StackedLinearOptions three_parts(LinearKind kind, std::vector<int64_t> groups,
                                 std::vector<int64_t> products = {3}) {
  return {.in_features = 4,
          .parts = {{"q_proj", 3}, {"k_proj", 5}, {"v_proj", 2}},
          .products = std::move(products),
          .groups = std::move(groups),
          .kind = kind,
          .gamma_start = 1.5};
}

class StackedLinears : public ::testing::Test {
 protected:
  void randomize(StackedLinear& linear) {
    for (const LinearPart& part : linear.parts()) {
      part->weight.copy_(testing::normal(part->weight.sizes(), generator_));
      part->bias.copy_(testing::normal(part->bias.sizes(), generator_));
    }
    linear.initialize_parametrization();
  }

  testing::DoublePrecision double_precision_;
  at::Generator generator_ = testing::seeded(3);
  torch::nn::Module owner_{"owner"};
};

TEST_F(StackedLinears, OneProductEqualsThreeLoops) {
  for (const auto& row : kLinearKinds) {
    torch::nn::Module owner;
    StackedLinear linear(owner, three_parts(row.kind, {1, 1, 1}));
    randomize(linear);
    const torch::Tensor x = testing::normal({2, 4}, generator_);
    const torch::Tensor y = linear.forward(x);
    const naive::Parameters parameters = testing::parameters_of(owner);
    int64_t first = 0;
    for (const auto& part : linear.options().parts) {
      testing::expect_rows(y.narrow(1, first, part.out_features),
                           naive::linear(parameters, part.name, testing::rows_of(x)), 1e-6);
      first += part.out_features;
    }
    EXPECT_EQ(y.size(1), first);
  }
}

TEST_F(StackedLinears, ProductsCoverTheirOwnParts) {
  StackedLinear linear(owner_, three_parts(LinearKind::kSigma, {1, 1, 1}, {1, 2}));
  randomize(linear);
  const torch::Tensor x = testing::normal({2, 4}, generator_);
  const naive::Parameters parameters = testing::parameters_of(owner_);
  const torch::Tensor kv = linear.forward(x, 1);
  testing::expect_rows(linear.forward(x, 0),
                       naive::linear(parameters, "q_proj", testing::rows_of(x)), 1e-6);
  testing::expect_rows(kv.narrow(1, 0, 5), naive::linear(parameters, "k_proj", testing::rows_of(x)),
                       1e-6);
  testing::expect_rows(kv.narrow(1, 5, 2), naive::linear(parameters, "v_proj", testing::rows_of(x)),
                       1e-6);
}

TEST_F(StackedLinears, AGroupSharesOneSpectralNorm) {
  const std::vector<std::pair<std::vector<int64_t>, std::vector<std::string>>> cases = {
      {{1, 1, 1}, {"q_proj.gamma", "k_proj.gamma", "v_proj.gamma"}},
      {{2, 1}, {"q_proj.gamma", "v_proj.gamma"}},
      {{3}, {"q_proj.gamma"}}};
  for (const auto& [groups, names] : cases) {
    torch::nn::Module owner;
    StackedLinear linear(owner, three_parts(LinearKind::kSigma, groups));
    randomize(linear);
    std::vector<std::string> found;
    for (const auto& item : owner.named_parameters()) {
      if (item.key().ends_with("gamma")) found.push_back(item.key());
    }
    EXPECT_EQ(found, names);
    size_t part = 0;
    for (const int64_t count : groups) {
      std::vector<torch::Tensor> effective;
      for (int64_t i = 0; i < count; ++i) effective.push_back(linear.effective_weight(part++));
      EXPECT_NEAR(exact_spectral_norm(torch::cat(effective)), 1.5, 1e-6);
    }
  }
}

TEST_F(StackedLinears, GradientsOfSeveralForwardsAddUp) {
  StackedLinear linear(owner_, three_parts(LinearKind::kSigma, {2, 1}));
  randomize(linear);
  const torch::Tensor x = testing::normal({6, 4}, generator_);
  const auto pulled = [&](const std::vector<torch::Tensor>& inputs) {
    for (torch::Tensor leaf : linear.leaves()) leaf.mutable_grad() = torch::Tensor();
    for (const torch::Tensor& input : inputs) linear.forward(input).square().sum().backward();
    linear.pull_gradients_back();
    std::vector<torch::Tensor> gradients;
    for (const auto& item : owner_.named_parameters()) {
      gradients.push_back(item.value().grad().clone());
    }
    return gradients;
  };
  const auto whole = pulled({x});
  const auto halves = pulled({x.narrow(0, 0, 2), x.narrow(0, 2, 4)});
  ASSERT_EQ(whole.size(), 8u);  // Three weights, three biases, two gammas.
  for (size_t i = 0; i < whole.size(); ++i) {
    EXPECT_TRUE(torch::allclose(whole[i], halves[i], 1e-12, 1e-12)) << i;
  }
}

// With a group that lies in two products, and products of two groups.
TEST_F(StackedLinears, GradientsAreThoseOfTheDefinition) {
  const std::vector<std::pair<std::vector<int64_t>, std::vector<int64_t>>> cases = {
      {{1, 1, 1}, {3}}, {{3}, {3}}, {{2, 1}, {1, 2}}, {{3}, {1, 1, 1}}, {{1, 2}, {2, 1}}};
  for (const auto& [groups, products] : cases) {
    torch::nn::Module owner;
    StackedLinear linear(owner, three_parts(LinearKind::kSigma, groups, products));
    randomize(linear);
    const torch::Tensor x = testing::normal({6, 4}, generator_);
    const torch::Tensor direction = testing::normal({6, 10}, generator_);
    std::vector<torch::Tensor> ours, expected, raw, gammas, effective, outputs;
    for (size_t product = 0; product < products.size(); ++product) {
      outputs.push_back(linear.forward(x, product));
    }
    (torch::cat(outputs, 1) * direction).sum().backward();
    linear.pull_gradients_back();
    for (const StackedLinear::Group& group : linear.groups()) {
      raw.push_back(group.raw.clone().requires_grad_(true));
      torch::Tensor gamma = group.parametrization->own_parameters()[0].second;
      ours.push_back(gamma.grad());
      gammas.push_back(gamma.requires_grad_(true));
      effective.push_back(group.parametrization->effective_weight(raw.back()));
    }
    std::vector<torch::Tensor> variables = gammas;
    variables.insert(variables.end(), raw.begin(), raw.end());
    expected =
        torch::autograd::grad({(x.mm(torch::cat(effective).t()) * direction).sum()}, variables);
    for (size_t i = 0; i < gammas.size(); ++i) {
      gammas[i].requires_grad_(false);
      EXPECT_TRUE(torch::allclose(ours[i], expected[i], 1e-10, 1e-12)) << i;
    }
    std::vector<torch::Tensor> weights;
    for (const LinearPart& part : linear.parts()) weights.push_back(part->weight.grad());
    expected.erase(expected.begin(), expected.begin() + static_cast<int64_t>(gammas.size()));
    EXPECT_TRUE(torch::allclose(torch::cat(weights), torch::cat(expected), 1e-10, 1e-12));
    EXPECT_FALSE(linear.leaves()[0].grad().defined());  // It went to the parts.
  }
}

// The same function, the same gradient, and one that can be differentiated again.
TEST_F(StackedLinears, ReadParametersAsTheyAre) {
  for (const LinearKind kind : {LinearKind::kPlain, LinearKind::kSigma}) {
    torch::nn::Module owner, other_owner;
    StackedLinear linear(owner, three_parts(kind, {2, 1}, {1, 2}));
    StackedLinear other(other_owner, three_parts(kind, {2, 1}, {1, 2}));
    randomize(linear);
    const auto from = owner.named_parameters(), to = other_owner.named_parameters();
    for (const auto& item : from) to[item.key()].copy_(item.value());
    for (const auto& item : owner.named_buffers()) {
      other_owner.named_buffers()[item.key()].copy_(item.value());
    }
    other.read_parameters();
    const torch::Tensor x = testing::normal({6, 4}, generator_);
    std::vector<torch::Tensor> variables, gradients;
    for (const auto& item : to) variables.push_back(item.value());
    torch::Tensor loss = torch::zeros({});
    for (const size_t product : {0, 1}) {
      const torch::Tensor y = linear.forward(x, product);
      EXPECT_TRUE(torch::allclose(other.forward(x, product), y, 1e-12, 1e-12));
      y.pow(3).sum().backward();
      loss = loss + other.forward(x, product).pow(3).sum();
    }
    linear.pull_gradients_back();
    gradients = torch::autograd::grad({loss}, variables, {}, true, /*create_graph=*/true);
    for (size_t i = 0; i < variables.size(); ++i) {
      EXPECT_TRUE(torch::allclose(gradients[i], from[i].value().grad(), 1e-10, 1e-10)) << i;
      const torch::Tensor second =
          torch::autograd::grad({gradients[i].sum()}, {variables[i]}, {}, true)[0];
      EXPECT_TRUE(at::isfinite(second).all().item<bool>());
      EXPECT_GT(second.abs().sum().item<double>(), 0.0);
    }
  }
}

TEST_F(StackedLinears, WithoutABackwardGradientsAreZero) {
  StackedLinear linear(owner_, three_parts(LinearKind::kSigma, {1, 1, 1}));
  randomize(linear);
  linear.pull_gradients_back();
  for (const auto& item : owner_.named_parameters()) {
    EXPECT_EQ(item.value().grad().abs().sum().item<double>(), 0.0) << item.key();
  }
}

TEST_F(StackedLinears, ForwardChangesNoState) {
  StackedLinear linear(owner_, three_parts(LinearKind::kSigma, {1, 1, 1}));
  randomize(linear);
  const torch::Tensor x = testing::normal({2, 4}, generator_);
  const torch::Tensor first = linear.forward(x).detach().clone();
  const torch::Tensor v = owner_.named_buffers()["q_proj.sigma_v"].clone();
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(torch::equal(linear.forward(x), first));
  EXPECT_TRUE(torch::equal(owner_.named_buffers()["q_proj.sigma_v"], v));
}

TEST_F(StackedLinears, RefuseSizesThatDoNotAddUp) {
  EXPECT_THROW(StackedLinear(owner_, three_parts(LinearKind::kPlain, {2})), c10::Error);
  EXPECT_THROW(StackedLinear(owner_, three_parts(LinearKind::kPlain, {3}, {1, 1})), c10::Error);
  EXPECT_THROW(StackedLinear(owner_, single_linear("a", 0, 3, BlockOptions{})), c10::Error);
  EXPECT_THROW(StackedLinear(owner_, single_linear("b", 3, 0, BlockOptions{})), c10::Error);
}

TEST_F(StackedLinears, NameTheLayerWhenTheInputDoesNotFit) {
  StackedLinear linear(owner_, single_linear("fc1", 4, 3, BlockOptions{}));
  try {
    linear.forward(torch::zeros({2, 5}));
    FAIL() << "expected an error";
  } catch (const c10::Error& error) {
    EXPECT_THAT(error.msg(), ::testing::HasSubstr("fc1: input must end in 4 features, got shape"));
  }
}

// To where they are already; tests/nmt/train/cuda_training_test.cpp moves them to a GPU.
TEST_F(StackedLinears, MovedTensorsStayWhatTheyAreToEachOther) {
  for (const auto& row : kLinearKinds) {
    torch::nn::Module owner;
    StackedLinear linear(owner, three_parts(row.kind, {1, 2}, {1, 2}));
    randomize(linear);
    const torch::Tensor x = testing::normal({2, 4}, generator_);
    const std::vector<torch::Tensor> leaves = linear.leaves();
    const torch::Tensor before = linear.forward(x, 1);
    linear.move_to(torch::kCPU);
    EXPECT_TRUE(torch::equal(linear.forward(x, 1), before));
    linear.parts()[2]->weight.add_(testing::normal({2, 4}, generator_));
    linear.refresh();
    EXPECT_FALSE(torch::equal(linear.forward(x, 1), before));
    EXPECT_TRUE(leaves[1].is_alias_of(linear.effective_weight(2)));
    EXPECT_TRUE(leaves[1].requires_grad());
  }
}

}  // namespace
}  // namespace nmt::layers::linear_test
