// Encoder layers of every variant: forward against plain loops, gradients against differences.

#include "layers/encoder_layer.h"

#include <gtest/gtest.h>

#include "layers/kernels/packing.h"
#include "tests/layers/layer_variant.h"

namespace nmt::layers::encoder_layer_test {
namespace {

using testing::LayerVariant;

class EveryEncoderLayer : public ::testing::TestWithParam<LayerVariant> {
 protected:
  EveryEncoderLayer() { testing::randomize(layer_, generator_); }

  torch::Tensor forward(const torch::Tensor& x) {
    const kernels::Packing packing(mask_.query_lengths(), 4);
    ResidualStream stream = start_stream(packing.pack(x));
    layer_->forward(stream, mask_, {});
    return packing.unpack(end_stream(stream, nullptr, BackendKind::kFused));
  }

  testing::DoublePrecision double_precision_;
  at::Generator generator_ = testing::seeded(7);
  EncoderLayer layer_{testing::options_of(GetParam()), 1};
  std::vector<int64_t> lengths_ = {4, 2, 1};
  torch::Tensor x_ = testing::normal({3, 4, 6}, generator_);
  kernels::AttentionMask mask_{torch::tensor(lengths_), torch::tensor(lengths_), 4, 4, false};
};

TEST_P(EveryEncoderLayer, ForwardMeetsPlainLoops) {
  const torch::NoGradGuard no_grad;
  const torch::Tensor y = forward(x_);
  const naive::Parameters parameters = testing::parameters_of(*layer_);
  const double tolerance = testing::forward_tolerance(GetParam());
  for (int64_t b = 0; b < 3; ++b) {
    const naive::Rows x = testing::rows_of(x_[b].narrow(0, 0, lengths_[b]));
    testing::expect_rows(
        y[b],
        naive::encoder_layer(parameters, "", testing::spec_of(GetParam(), Stack::kEncoder), x),
        tolerance);
  }
}

TEST_P(EveryEncoderLayer, GradientsMeetFiniteDifferences) {
  const torch::Tensor weights =
      testing::normal({3, 4, 6}, generator_) *
      mask_.visible_keys().gt(torch::arange(4)).unsqueeze(2).to(torch::kFloat64);
  x_.set_requires_grad(true);
  testing::expect_layer_gradients(
      layer_, {x_}, [&] { return (forward(x_) * weights).sum(); }, generator_);
}

INSTANTIATE_TEST_SUITE_P(Variants, EveryEncoderLayer,
                         ::testing::ValuesIn(testing::all_layer_variants()), testing::name_of);

}  // namespace
}  // namespace nmt::layers::encoder_layer_test
