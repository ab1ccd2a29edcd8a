// Theorem 3.1 on real layer inputs: no head of any attention layer, initialised or scaled up, has
// an entropy under the bound that its own inputs and matrices give.

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <vector>

#include "layers/forward_observer.h"
#include "nmt/model/init.h"
#include "nmt/model/parameters.h"
#include "nmt/stability/theorem_bound.h"
#include "tests/layers/double_precision.h"
#include "tests/nmt/model/small_config.h"

namespace nmt::model::entropy_bound_test {
namespace {

using layers::AttentionKind;

// What the last attention layer reported: [B, H, T].
class LastEntropy : public layers::ForwardObserver {
 public:
  bool wants_rows() const override { return true; }
  void observe_rows(const layers::AttentionRows& rows) override { entropy = rows.entropy.clone(); }
  torch::Tensor entropy;
};

constexpr int64_t kHeads = 2, kHeadSize = 4, kLength = 7;

class EntropyBound : public ::testing::TestWithParam<double> {
 protected:
  torch::Tensor head_rows(const torch::Tensor& tensor, int64_t head) {
    return tensor.narrow(0, head * kHeadSize, kHeadSize);
  }

  /// Runs `attention` on x and `memory` and compares every row of every head with its bound.
  void expect_above_bound(layers::MultiHeadAttention& attention, const torch::Tensor& x,
                          const torch::Tensor& memory, AttentionKind kind) {
    const bool causal = kind == AttentionKind::kDecoderSelf;
    const torch::Tensor lengths = torch::full({x.size(0)}, kLength, torch::kInt64);
    const kernels::AttentionMask mask(lengths, lengths, kLength, kLength, causal);
    LastEntropy observer;
    torch::nn::Module owner;
    const layers::Sublayer path(owner, "plain",
                                layers::residual_scheme(layers::ResidualKind::kNoNorm),
                                attention->options(), {layers::Stack::kEncoder, 1});
    layers::ResidualStream stream = layers::start_stream(x.flatten(0, 1));
    attention->run(path, stream,
                   kind == AttentionKind::kCross ? memory.flatten(0, 1) : torch::Tensor(), mask,
                   {.observer = &observer});
    layers::StackedLinear& qkv = *attention->linears()[0];
    for (int64_t b = 0; b < x.size(0); ++b) {
      for (int64_t h = 0; h < kHeads; ++h) {
        const torch::Tensor bound = stability::attention_entropy_bound(
            {.query_input = x[b],
             .key_input = memory[b],
             .query_weight = head_rows(qkv.effective_weight(0), h),
             .query_bias = head_rows(qkv.parts()[0]->bias, h),
             .key_weight = head_rows(qkv.effective_weight(1), h),
             .key_bias = head_rows(qkv.parts()[1]->bias, h),
             .causal = causal});
        const torch::Tensor entropy = observer.entropy[b][h];
        EXPECT_GE((entropy - bound).min().item<double>(), -1e-10);
        closest_ = std::min(closest_, (entropy - bound).slice(0, 1).min().item<double>());
        rows_ += kLength;
      }
    }
  }

  // The parameter that alone sets the size of Ŵ; γ of spectral normalisation is a buffer.
  static std::string_view size_parameter(layers::LinearKind kind) {
    if (layers::has_spectral_norm(kind)) return "gamma";
    return kind == layers::LinearKind::kWeightNorm ? "weight_g" : ".weight";
  }

  Transformer scaled_model(const config::ModelConfig& config, double scale) {
    Transformer model(config);
    initialize(model, 2);
    for (const auto& [name, value] : named_parameters(model)) {
      const bool logits =
          name.find("q_proj") != std::string::npos || name.find("k_proj") != std::string::npos;
      if (logits && name.ends_with("bias")) {
        value.detach().copy_(0.1 * nmt::testing::normal(value.sizes(), generator_));
      }
      const bool sized = name.ends_with(size_parameter(config.architecture.linear));
      if (logits && (sized || name.ends_with("bias"))) value.detach().mul_(scale);
    }
    for (const auto& item : model->named_buffers()) {
      if (item.key().ends_with("q_proj.gamma") || item.key().ends_with("k_proj.gamma")) {
        item.value().mul_(scale);
      }
    }
    refresh(model);
    return model;
  }

  torch::Tensor embedded(Transformer& model) {
    const torch::Tensor ids =
        torch::randint(0, model->config().vocab_size, {3, kLength}, generator_, torch::kInt64);
    return std::sqrt(8.0) * model->encoder->embedding->leaves()[0]
                                .index_select(0, ids.view(-1))
                                .view({3, kLength, 8}) +
           layers::sinusoidal_positions(kLength, 8);
  }

  /// What attention reads of the residual input x.
  static torch::Tensor branch_input(const config::ModelConfig& config, const torch::Tensor& x) {
    const auto& scheme = layers::residual_scheme(config.architecture.residual);
    return scheme.norms.before_branch ? torch::layer_norm(x, {8}) : x;
  }

  static torch::Tensor rows_of_stream(const layers::ResidualStream& stream) {
    return layers::end_stream(stream, nullptr, layers::BackendKind::kFused).view({3, kLength, 8});
  }

  nmt::testing::DoublePrecision double_precision_;
  torch::NoGradGuard no_grad_;
  at::Generator generator_ = nmt::testing::seeded(4);
  double closest_ = 1e9;
  int64_t rows_ = 0;
};

TEST_P(EntropyBound, HoldsInEveryLayerOfEveryVariant) {
  const torch::Tensor lengths = torch::full({3}, kLength, torch::kInt64);
  const kernels::AttentionMask full(lengths, lengths, kLength, kLength, false);
  const kernels::AttentionMask causal(lengths, lengths, kLength, kLength, true);
  // The bound knows heads that are linear in their inputs, so not those of QK-norm.
  const std::vector<config::ModelConfig> configs = plain_head_configs();
  for (const config::ModelConfig& config : configs) {
    SCOPED_TRACE(name_of(config));
    Transformer model = scaled_model(config, GetParam());
    torch::Tensor x = embedded(model);
    for (layers::EncoderLayer& layer : model->encoder->layers) {
      const torch::Tensor input = branch_input(config, x);
      expect_above_bound(layer->self_attn, input, input, AttentionKind::kEncoderSelf);
      layers::ResidualStream stream = layers::start_stream(x.flatten(0, 1));
      layer->forward(stream, full, {});
      x = rows_of_stream(stream);
    }
    torch::Tensor y = embedded(model);
    for (layers::DecoderLayer& layer : model->decoder->layers) {
      const torch::Tensor input = branch_input(config, y);
      expect_above_bound(layer->self_attn, input, input, AttentionKind::kDecoderSelf);
      expect_above_bound(layer->cross_attn, input, x, AttentionKind::kCross);
      layers::ResidualStream stream = layers::start_stream(y.flatten(0, 1));
      layer->forward(stream, x.flatten(0, 1), causal, full, {});
      y = rows_of_stream(stream);
    }
  }
  EXPECT_EQ(rows_, std::ssize(configs) * 6 * 3 * kHeads * kLength);
  // The smaller the logits, the less room there is between bound and entropy.
  if (GetParam() < 0.1) {
    EXPECT_LT(closest_, 0.05);
  }
}

INSTANTIATE_TEST_SUITE_P(Scales, EntropyBound, ::testing::Values(0.03, 0.3, 1.0, 3.0, 20.0));

}  // namespace
}  // namespace nmt::model::entropy_bound_test
