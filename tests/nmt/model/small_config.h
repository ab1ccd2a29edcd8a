// Small models of every kind for the tests of nmt/model.

#pragma once

#include <string>
#include <vector>

#include "nmt/config/arch_name.h"

namespace nmt::model {

/// D = 8, F = 12, H = 2, V = 11, two layers on each side, no dropout.
inline config::ModelConfig small_config(
    layers::ResidualKind residual = layers::ResidualKind::kPreLn,
    layers::LinearKind linear = layers::LinearKind::kPlain,
    layers::HeadNormKind head_norm = layers::HeadNormKind::kNone) {
  config::ModelConfig config;
  config.architecture = {.residual = residual,
                         .linear = linear,
                         .encoder_layers = 2,
                         .decoder_layers = 2,
                         .head_norm = head_norm};
  config.d_model = 8;
  config.ffn_dim = 12;
  config.heads = 2;
  config.vocab_size = 11;
  config.max_positions = 16;
  config.dropout = 0.0;
  return config;
}

/// small_config of every pair of residual scheme and parametrisation that may be named.
inline std::vector<config::ModelConfig> plain_head_configs() {
  std::vector<config::ModelConfig> all;
  for (const layers::ResidualScheme& scheme : layers::residual_schemes()) {
    for (const auto& linear : layers::kLinearKinds) {
      const config::ModelConfig config = small_config(scheme.kind, linear.kind);
      if (config::objection(config.architecture).empty()) all.push_back(config);
    }
  }
  return all;
}

/// These, and QK-norm with plain and reparametrised weights of two schemes.
inline std::vector<config::ModelConfig> all_small_configs() {
  std::vector<config::ModelConfig> all = plain_head_configs();
  for (const auto residual : {layers::ResidualKind::kPreLn, layers::ResidualKind::kAdmin}) {
    for (const auto linear : {layers::LinearKind::kPlain, layers::LinearKind::kSigma}) {
      all.push_back(small_config(residual, linear, layers::HeadNormKind::kLayerNorm));
    }
  }
  return all;
}

/// "postln-sigma-2L", for messages.
inline std::string name_of(const config::ModelConfig& config) {
  return config::to_string(config.architecture);
}

}  // namespace nmt::model
