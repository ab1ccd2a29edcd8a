// What encoder and decoder layers are built from: the one struct that every part of a layer reads.
// No LibTorch here, so that the configuration of a model can begin with it.

#pragma once

#include <cstdint>
#include <optional>

#include "layers/layer_kind.h"
#include "layers/linear_kind.h"
#include "layers/norm_kind.h"
#include "layers/residual_kind.h"

namespace nmt::layers {

/// What an architecture name such as "postln-sigma-18L" says (nmt/config/arch_name.h).
struct Architecture {
  ResidualKind residual = ResidualKind::kPreLn;
  LinearKind linear = LinearKind::kPlain;
  int64_t encoder_layers = 6;  ///< N, 1 to 1000.
  int64_t decoder_layers = 6;  ///< M, 1 to 1000.
  NormKind norm = NormKind::kLayerNorm;
  HeadNormKind head_norm = HeadNormKind::kNone;
};

/// What layer `layer` (from 1) of `stack` begins with.
inline ResidualScale initial_scale(const Architecture& architecture, Stack stack, int64_t layer) {
  return residual_scheme(architecture.residual)
      .scale({.stack = stack,
              .layer = layer,
              .depth = {architecture.encoder_layers, architecture.decoder_layers},
              .update = 0});
}

/// Where γ of σReparam starts: at a number, or at σ of the initial weight (then Ŵ = W at update 0).
struct GammaInit {
  std::optional<double> value = 1.0;  ///< No value: σ(W₀).
};

/// Defaults are Transformer-base.
struct BlockOptions {
  Architecture architecture;
  int64_t d_model = 512;   ///< D.
  int64_t ffn_dim = 2048;  ///< F.
  int64_t heads = 8;       ///< H; divides D.
  ActivationKind activation = ActivationKind::kRelu;
  double dropout = 0.1;             ///< On each branch's output and on the embedded input.
  double attention_dropout = 0.0;   ///< On attention probabilities.
  double activation_dropout = 0.0;  ///< After the feed-forward's activation.
  /// Unset: 1, or σ(W₀) for deepnorm-sigma, whose β would otherwise have no effect.
  std::optional<GammaInit> gamma_init;
  SigmaGroups sigma_groups = SigmaGroups::kSeparate;
};

/// γ's start after that default rule; no value: σ(W₀).
inline std::optional<double> gamma_start(const BlockOptions& options) {
  if (options.gamma_init) return options.gamma_init->value;
  const bool keeps_beta = options.architecture.residual == ResidualKind::kDeepNorm;
  return keeps_beta ? std::nullopt : std::optional(1.0);
}

}  // namespace nmt::layers
