// Layers that run again in the backward pass: the same numbers, bit for bit, as layers that do not.

#include "layers/recompute.h"

#include <gtest/gtest.h>

#include "layers/decoder_layer.h"
#include "layers/forward_observer.h"
#include "tests/layers/layer_variant.h"

namespace nmt::layers::recompute_test {
namespace {

class CountingObserver : public ForwardObserver {
 public:
  bool wants_rows() const override { return true; }
  void observe_rows(const AttentionRows&) override { ++calls; }
  int calls = 0;
};

class RecomputedLayers : public ::testing::TestWithParam<testing::LayerVariant> {
 protected:
  RecomputedLayers() {
    BlockOptions options = testing::options_of(GetParam());
    options.dropout = options.attention_dropout = options.activation_dropout = 0.2;
    for (int i = 0; i < 2; ++i) {
      layers_.emplace_back(options, i + 1);
      testing::randomize(layers_.back(), generator_);
    }
  }

  // Output, and gradients of x, memory and every parameter that forward reads.
  std::vector<torch::Tensor> run(bool recompute) {
    const ForwardContext context{
        .dropout_generator = testing::seeded(5), .observer = &observer_, .recompute = recompute};
    const torch::Tensor x = x_.clone().requires_grad_(true);
    const torch::Tensor memory = memory_.clone().requires_grad_(true);
    ResidualStream stream = start_stream(x);
    for (const DecoderLayer& layer : layers_) {
      const auto pass = [this, layer = DecoderLayer(layer)](ResidualStream& through,
                                                            const torch::Tensor& from,
                                                            const ForwardContext& now) mutable {
        layer->forward(through, from, self_mask_, cross_mask_, now);
      };
      run_layer(pass, stream, memory, context);
    }
    const torch::Tensor y = end_stream(stream, nullptr, context.backend);
    (y * weights_).sum().backward();
    std::vector<torch::Tensor> results = {y.detach(), x.grad(), memory.grad()};
    for (DecoderLayer& layer : layers_) {
      for (StackedLinear* linear : layer->linears()) {
        for (torch::Tensor leaf : linear->leaves()) {
          results.push_back(leaf.grad());
          leaf.mutable_grad() = torch::Tensor();
        }
      }
      for (torch::Tensor& own : layer->parameters()) {
        if (!own.requires_grad()) continue;
        results.push_back(own.grad());
        own.mutable_grad() = torch::Tensor();
      }
    }
    return results;
  }

  at::Generator generator_ = testing::seeded(3);
  std::vector<DecoderLayer> layers_;
  CountingObserver observer_;
  torch::Tensor target_lengths_ = torch::tensor({3, 4}), source_lengths_ = torch::tensor({5, 2});
  kernels::AttentionMask self_mask_{target_lengths_, target_lengths_, 4, 4, true};
  kernels::AttentionMask cross_mask_{target_lengths_, source_lengths_, 4, 5, false};
  torch::Tensor x_ = testing::normal({7, 6}, generator_).to(torch::kFloat32);
  torch::Tensor memory_ = testing::normal({7, 6}, generator_).to(torch::kFloat32);
  torch::Tensor weights_ = testing::normal({7, 6}, generator_).to(torch::kFloat32);
};

TEST_P(RecomputedLayers, GiveTheSameBits) {
  const auto kept = run(false);
  const int calls = observer_.calls;
  const auto recomputed = run(true);
  EXPECT_EQ(observer_.calls, 2 * calls);
  ASSERT_EQ(kept.size(), recomputed.size());
  for (size_t i = 0; i < kept.size(); ++i) {
    ASSERT_TRUE(recomputed[i].defined()) << i;
    EXPECT_TRUE(torch::equal(kept[i], recomputed[i])) << i;
  }
}

INSTANTIATE_TEST_SUITE_P(Variants, RecomputedLayers,
                         ::testing::ValuesIn(testing::all_layer_variants()), testing::name_of);

}  // namespace
}  // namespace nmt::layers::recompute_test
