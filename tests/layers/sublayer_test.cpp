// Sublayers of a scheme that no architecture names: norms in all three places, factors that change
// from layer to layer and from update to update. Against plain operations and finite differences.

#include "layers/sublayer.h"

#include <gtest/gtest.h>

#include "layers/linear.h"
#include "tests/layers/double_precision.h"

namespace nmt::layers::sublayer_test {
namespace {

constexpr ResidualScheme kEverywhere = {
    .kind = ResidualKind::kPreLn,
    .name = "everywhere",
    .sentence = "",
    .norms = {.before_branch = true, .after_branch = true, .after_sum = true},
    .final_norm = false,
    .qkv_gain = 1.0,
    .scale = [](const ScalePlace& place) -> ResidualScale {
      return {.alpha = 1.0 + 0.5 * static_cast<double>(place.layer),
              .branch = place.update == kAfterTraining ? 1.0 : 0.1 * place.update};
    }};

// Two sublayers of layer 3, each a linear map.
class Block : public torch::nn::Module {
 public:
  Block()
      : first_linear(*this, single_linear("first_linear", 5, 5, {})),
        second_linear(*this, single_linear("second_linear", 5, 5, {})),
        first(*this, "first", kEverywhere, options, {Stack::kDecoder, 3}),
        second(*this, "second", kEverywhere, options, {Stack::kDecoder, 3, true}) {}

  torch::Tensor forward(const torch::Tensor& x, const ForwardContext& context) {
    ResidualStream stream = start_stream(x);
    const auto whole = [](const torch::Tensor& product) { return product; };
    first.run(stream, first_linear.product(), context, whole);
    second.run(stream, second_linear.product(), context, whole);
    return end_stream(stream, nullptr, context.backend);
  }

  BlockOptions options{.d_model = 5, .dropout = 0.0};
  StackedLinear first_linear, second_linear;
  Sublayer first, second;
};

class SublayerTest : public ::testing::Test {
 protected:
  SublayerTest() {
    const torch::NoGradGuard no_grad;
    for (const auto& item : block_.named_parameters()) {
      item.value().detach().copy_(testing::normal(item.value().sizes(), generator_));
    }
  }

  torch::Tensor parameter(const std::string& name) { return block_.named_parameters()[name]; }

  torch::Tensor normed(const torch::Tensor& x, const std::string& name) {
    return at::layer_norm(x, {5}, parameter(name + ".weight"), parameter(name + ".bias"), 1e-5);
  }

  torch::Tensor sublayer(const torch::Tensor& x, const std::string& name, double alpha, double r) {
    const torch::Tensor product =
        at::linear(normed(x, name + "_norm"), parameter(name + "_linear.weight"),
                   parameter(name + "_linear.bias"));
    return normed(alpha * x + r * normed(product, name + "_branch_norm"), name + "_sum_norm");
  }

  testing::DoublePrecision double_precision_;
  at::Generator generator_ = testing::seeded(17);
  Block block_;
  torch::Tensor x_ = testing::normal({4, 5}, generator_);
};

TEST_F(SublayerTest, TakesEveryNormAndTheFactorsOfLayerAndUpdate) {
  const torch::NoGradGuard no_grad;
  for (const auto& [update, r] : {std::pair<int64_t, double>{3, 0.3}, {kAfterTraining, 1.0}}) {
    for (const BackendKind backend : {BackendKind::kFused, BackendKind::kReference}) {
      const torch::Tensor y = block_.forward(x_, {.backend = backend, .update = update});
      const torch::Tensor expected = sublayer(sublayer(x_, "first", 2.5, r), "second", 2.5, r);
      EXPECT_LT((y - expected).abs().max().item<double>(), 1e-12) << update;
    }
  }
}

TEST_F(SublayerTest, GradientsMeetFiniteDifferences) {
  const ForwardContext context{.update = 4};
  const torch::Tensor weights = testing::normal({4, 5}, generator_);
  const auto loss = [&] { return (block_.forward(x_, context) * weights).sum(); };
  x_.set_requires_grad(true);
  loss().backward();
  const auto value = [&] {
    const torch::NoGradGuard no_grad;
    return loss().item<double>();
  };
  testing::expect_gradient("x", x_, x_.grad(), value, generator_);
  for (const auto& item : block_.named_parameters()) {
    if (!item.value().grad().defined()) continue;
    testing::expect_gradient(item.key(), item.value(), item.value().grad(), value, generator_);
  }
  EXPECT_TRUE(parameter("first_branch_norm.weight").grad().defined());
}

TEST_F(SublayerTest, ABranchUnderANormIsRead) {
  const ForwardContext again{.graph_alone = true};
  EXPECT_TRUE(block_.first.reads_branch(again));
  torch::nn::Module owner;
  EXPECT_FALSE(Sublayer(owner, "plain", block_.options, {Stack::kEncoder, 1}).reads_branch(again));
}

TEST(SublayerInFloat32, FusedOperationsAreNearThePlainOnes) {
  Block block;
  at::Generator generator = testing::seeded(19);
  {
    const torch::NoGradGuard no_grad;
    for (const auto& item : block.named_parameters()) {
      item.value().detach().copy_(testing::normal(item.value().sizes(), generator));
    }
  }
  const torch::Tensor start = testing::normal({4, 5}, generator).to(torch::kFloat32);
  const auto run = [&](BackendKind backend) {
    const torch::Tensor x = start.clone().requires_grad_(true);
    const torch::Tensor y = block.forward(x, {.backend = backend, .update = 7});
    y.square().sum().backward();
    return std::pair(y.detach(), x.grad());
  };
  const auto [fused, fused_gradient] = run(BackendKind::kFused);
  const auto [plain, plain_gradient] = run(BackendKind::kReference);
  EXPECT_LT((fused - plain).abs().max().item<double>(), 1e-4);
  EXPECT_LT((fused_gradient - plain_gradient).abs().max().item<double>(),
            1e-4 * (1.0 + plain_gradient.abs().max().item<double>()));
}

}  // namespace
}  // namespace nmt::layers::sublayer_test
