// What a model is: structure and sizes. Together with the vocabulary it fixes every tensor's shape.

#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "layers/head_norm_kind.h"
#include "layers/layer_kind.h"
#include "layers/linear_kind.h"
#include "layers/residual_kind.h"
#include "nmt/config/attention_temperature.h"
#include "nmt/config/length_bound.h"

namespace nmt::config {

/// What an architecture name such as "postln-sigma-18L" says; arch_name.h parses and prints it.
struct Architecture {
  layers::ResidualKind residual = layers::ResidualKind::kPreLn;
  layers::LinearKind linear = layers::LinearKind::kPlain;
  int64_t encoder_layers = 6;  ///< N, 1 to 1000.
  int64_t decoder_layers = 6;  ///< M, 1 to 1000.
  layers::HeadNormKind head_norm = layers::HeadNormKind::kNone;
};

/// Where γ of σReparam starts: at a number, or at σ of the initial weight (then Ŵ = W at update 0).
struct GammaInit {
  std::optional<double> value = 1.0;  ///< No value: σ(W₀).
};

/// Which matrices that read the same input share one σ and one γ.
enum class SigmaGroups { kSeparate, kQkAndV, kQkv };

/// Structure and sizes of one encoder-decoder model; defaults are Transformer-base.
struct ModelConfig {
  Architecture architecture;
  int64_t d_model = 512;   ///< D.
  int64_t ffn_dim = 2048;  ///< F.
  int64_t heads = 8;       ///< H; divides D.
  int64_t vocab_size = 0;  ///< V, set from the vocabulary (the target's, where there are two).
  int64_t source_vocab_size = 0;  ///< Of a source vocabulary of its own; 0: one for both.
  layers::ActivationKind activation = layers::ActivationKind::kRelu;
  layers::PositionKind positions = layers::PositionKind::kSinusoidal;
  int64_t max_positions = 1024;  ///< Longest side in pieces, `</s>` included.
  /// Longest translation; unset: max_positions.
  std::optional<LengthBound> length_bound;
  layers::EmbeddingTie tie_embeddings = layers::EmbeddingTie::kThreeWay;
  double dropout = 0.1;             ///< On each branch's output and on the embedded input.
  double attention_dropout = 0.0;   ///< On attention probabilities.
  double activation_dropout = 0.0;  ///< After the feed-forward's activation.
  /// Unset: 1, or σ(W₀) for deepnorm-sigma, whose β would otherwise have no effect.
  std::optional<GammaInit> gamma_init;
  SigmaGroups sigma_groups = SigmaGroups::kSeparate;
  bool sigma_embeddings = false;  ///< σReparam on embeddings and output projection too.
  std::vector<AttentionTemperature> attention_temperature;  ///< Empty: 1 everywhere.
};

/// γ's start after the default rule above.
inline GammaInit effective_gamma_init(const ModelConfig& config) {
  if (config.gamma_init) return *config.gamma_init;
  const bool keeps_beta = config.architecture.residual == layers::ResidualKind::kDeepNorm;
  return keeps_beta ? GammaInit{std::nullopt} : GammaInit{1.0};
}

}  // namespace nmt::config
