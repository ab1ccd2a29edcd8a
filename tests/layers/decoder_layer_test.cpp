// Decoder layers of every variant: forward against plain loops, gradients against differences, one
// step at a time against the whole.

#include "layers/decoder_layer.h"

#include <gtest/gtest.h>

#include <limits>

#include "layers/kernels/packing.h"
#include "tests/layers/layer_variant.h"

namespace nmt::layers::decoder_layer_test {
namespace {

using testing::LayerVariant;

class EveryDecoderLayer : public ::testing::TestWithParam<LayerVariant> {
 protected:
  EveryDecoderLayer() { testing::randomize(layer_, generator_); }

  torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& memory) {
    const kernels::Packing target(self_mask_.query_lengths(), 4);
    const kernels::Packing source(cross_mask_.key_lengths(), 5);
    ResidualStream stream = start_stream(target.pack(x));
    layer_->forward(stream, source.pack(memory), self_mask_, cross_mask_, {});
    return target.unpack(end_stream(stream, nullptr, BackendKind::kFused));
  }

  /// [3, 4, 1]: 1 for target pieces, 0 for padding.
  torch::Tensor target_pieces() const {
    return torch::tensor(targets_)
        .unsqueeze(1)
        .gt(torch::arange(4))
        .unsqueeze(2)
        .to(torch::kFloat64);
  }

  testing::DoublePrecision double_precision_;
  at::Generator generator_ = testing::seeded(11);
  DecoderLayer layer_{testing::options_of(GetParam()), 1};
  std::vector<int64_t> targets_ = {3, 4, 1};
  std::vector<int64_t> sources_ = {5, 1, 3};
  torch::Tensor x_ = testing::normal({3, 4, 6}, generator_);
  torch::Tensor memory_ = testing::normal({3, 5, 6}, generator_);
  kernels::AttentionMask self_mask_{torch::tensor(targets_), torch::tensor(targets_), 4, 4, true};
  kernels::AttentionMask cross_mask_{torch::tensor(targets_), torch::tensor(sources_), 4, 5, false};
};

TEST_P(EveryDecoderLayer, ForwardMeetsPlainLoops) {
  const torch::NoGradGuard no_grad;
  const torch::Tensor y = forward(x_, memory_);
  const naive::Parameters parameters = testing::parameters_of(*layer_);
  const double tolerance = testing::forward_tolerance(GetParam());
  for (int64_t b = 0; b < 3; ++b) {
    const naive::Rows x = testing::rows_of(x_[b].narrow(0, 0, targets_[b]));
    const naive::Rows memory = testing::rows_of(memory_[b].narrow(0, 0, sources_[b]));
    testing::expect_rows(
        y[b],
        naive::decoder_layer(parameters, "", testing::spec_of(GetParam(), Stack::kDecoder), x,
                             memory),
        tolerance);
  }
}

TEST_P(EveryDecoderLayer, GradientsMeetFiniteDifferences) {
  const torch::Tensor weights = testing::normal({3, 4, 6}, generator_) * target_pieces();
  x_.set_requires_grad(true);
  memory_.set_requires_grad(true);
  testing::expect_layer_gradients(
      layer_, {x_, memory_}, [&] { return (forward(x_, memory_) * weights).sum(); }, generator_);
}

TEST_P(EveryDecoderLayer, StepsEqualTheWhole) {
  const torch::NoGradGuard no_grad;
  const torch::Tensor whole = forward(x_, memory_);
  const torch::Tensor hidden = torch::arange(5) >= torch::tensor(sources_).unsqueeze(1);
  const torch::Tensor memory_mask = torch::zeros({3, 1, 5}).masked_fill_(
      hidden.unsqueeze(1), -std::numeric_limits<double>::infinity());
  DecoderLayerCache cache;
  cache.cross = layer_->cross_attn->memory_cache(memory_);
  torch::Tensor stepped = torch::zeros_like(whole);
  for (int64_t t = 0; t < 4; ++t) {
    ResidualStream stream = start_stream(x_.narrow(1, t, 1));
    layer_->step(stream, cache, memory_mask);
    stepped.narrow(1, t, 1).copy_(end_stream(stream, nullptr, BackendKind::kFused));
  }
  const torch::Tensor difference = (stepped - whole) * target_pieces();
  EXPECT_LT(difference.abs().max().item<double>(), 1e-12);
}

INSTANTIATE_TEST_SUITE_P(Variants, EveryDecoderLayer,
                         ::testing::ValuesIn(testing::all_layer_variants()), testing::name_of);

}  // namespace
}  // namespace nmt::layers::decoder_layer_test
