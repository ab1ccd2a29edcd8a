// Small models of every kind for the tests of nmt/model.

#pragma once

#include <string>
#include <vector>

#include "nmt/config/model_config.h"

namespace nmt::model {

/// D = 8, F = 12, H = 2, V = 11, two layers on each side, no dropout.
inline config::ModelConfig small_config(
    layers::ResidualKind residual = layers::ResidualKind::kPreLn,
    layers::LinearKind linear = layers::LinearKind::kPlain) {
  config::ModelConfig config;
  config.architecture = {
      .residual = residual, .linear = linear, .encoder_layers = 2, .decoder_layers = 2};
  config.d_model = 8;
  config.ffn_dim = 12;
  config.heads = 2;
  config.vocab_size = 11;
  config.max_positions = 16;
  config.dropout = 0.0;
  return config;
}

/// small_config of all eight pairs of residual scheme and parametrisation.
inline std::vector<config::ModelConfig> all_small_configs() {
  std::vector<config::ModelConfig> all;
  for (const layers::ResidualScheme& scheme : layers::residual_schemes()) {
    for (const layers::LinearKindRow& linear : layers::linear_kinds()) {
      all.push_back(small_config(scheme.kind, linear.kind));
    }
  }
  return all;
}

/// "postln-sigma", for messages.
inline std::string name_of(const config::ModelConfig& config) {
  return std::string(layers::residual_scheme(config.architecture.residual).name) +
         (config.architecture.linear == layers::LinearKind::kSigma ? "-sigma" : "");
}

}  // namespace nmt::model
