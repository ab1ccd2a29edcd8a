// Every kind of encoder and decoder layer at a small size, with random parameters, and the check of
// all its gradients against finite differences. float64; one list for all tests.
//
// Shape letters: D = 6 model, F = 5 inner, H = 2 heads.

#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "layers/block_options.h"
#include "layers/linear.h"
#include "layers/multi_head_attention.h"
#include "tests/layers/double_precision.h"

namespace nmt::testing {

struct LayerVariant {
  layers::ResidualKind residual;
  layers::LinearKind linear;
  layers::ActivationKind activation;
  layers::HeadNormKind head_norm = layers::HeadNormKind::kNone;
  layers::NormKind norm = layers::NormKind::kLayerNorm;
};

/// All 96 combinations of residual scheme, parametrisation and activation, the 32 of scheme and
/// parametrisation with QK-norm, and every scheme with every other norm.
inline std::vector<LayerVariant> all_layer_variants() {
  std::vector<LayerVariant> all;
  for (const layers::ResidualScheme& scheme : layers::residual_schemes()) {
    for (const auto& linear : layers::kLinearKinds) {
      for (const auto activation : {layers::ActivationKind::kRelu, layers::ActivationKind::kGelu,
                                    layers::ActivationKind::kSwiglu}) {
        all.push_back({scheme.kind, linear.kind, activation});
      }
      all.push_back({scheme.kind, linear.kind, layers::ActivationKind::kRelu,
                     layers::HeadNormKind::kLayerNorm});
    }
    for (const layers::NormRow& norm : layers::kNormKinds) {
      if (norm.name.empty()) continue;
      all.push_back({.residual = scheme.kind,
                     .linear = layers::LinearKind::kPlain,
                     .activation = layers::ActivationKind::kRelu,
                     .norm = norm.kind});
    }
  }
  return all;
}

/// "postln_sigma_swiglu", for test names.
inline std::string name_of(const ::testing::TestParamInfo<LayerVariant>& info) {
  const LayerVariant& variant = info.param;
  const char* activations[] = {"relu", "gelu", "swiglu"};
  const std::string linear(row_of(layers::kLinearKinds, variant.linear).name);
  return std::string(layers::residual_scheme(variant.residual).name) + "_" +
         (linear.empty() ? "plain" : linear) +
         std::string(row_of(layers::kNormKinds, variant.norm).name) +
         (variant.head_norm == layers::HeadNormKind::kNone ? "_" : "_qknorm_") +
         activations[static_cast<int>(variant.activation)];
}

/// How near the layers must come to the plain loops: σ comes from power iteration with a float32 v.
inline double forward_tolerance(const LayerVariant& variant) {
  return layers::has_spectral_norm(variant.linear) ? 1e-6 : 1e-10;
}

inline layers::BlockOptions options_of(const LayerVariant& variant) {
  return {.architecture = {.residual = variant.residual,
                           .linear = variant.linear,
                           .encoder_layers = 4,
                           .decoder_layers = 3,
                           .norm = variant.norm,
                           .head_norm = variant.head_norm},
          .d_model = 6,
          .ffn_dim = 5,
          .heads = 2,
          .activation = variant.activation,
          .dropout = 0.0,
          .gamma_init = layers::GammaInit{1.3}};
}

inline naive::LayerSpec spec_of(const LayerVariant& variant, layers::Stack stack) {
  return {.residual = variant.residual,
          .alpha = initial_scale(options_of(variant).architecture, stack, 1).alpha,
          .activation = variant.activation,
          .heads = 2};
}

/// Random weights, biases, gains, learned factors, γ and g, and singular vectors that belong to
/// them.
template <class Layer>
void randomize(Layer& layer, at::Generator& generator) {
  const torch::NoGradGuard no_grad;
  for (const auto& item : layer->named_parameters()) {
    const bool gain = item.key().ends_with("norm.weight");
    torch::Tensor values = item.value().detach();
    values.copy_((gain ? 1.0 : 0.0) + 0.5 * normal(values.sizes(), generator));
  }
  for (layers::StackedLinear* linear : layer->linears()) linear->initialize_parametrization();
  for (const auto& item : layer->named_parameters()) {
    if (!item.key().ends_with("gamma") && !item.key().ends_with("weight_g")) continue;
    item.value().detach().mul_(1.0 + 0.2 * normal(item.value().sizes(), generator));
  }
  for (layers::StackedLinear* linear : layer->linears()) linear->refresh();
}

/// Checks the gradients of the scalar `loss()` in `inputs` (which require gradients) and in every
/// parameter of `layer`, each along two random directions.
template <class Layer>
void expect_layer_gradients(Layer& layer, const std::vector<torch::Tensor>& inputs,
                            const std::function<torch::Tensor()>& loss, at::Generator& generator) {
  loss().backward();
  for (layers::StackedLinear* linear : layer->linears()) linear->pull_gradients_back();
  const auto value = [&] {
    const torch::NoGradGuard no_grad;
    for (layers::StackedLinear* linear : layer->linears()) linear->refresh();
    return loss().template item<double>();
  };
  for (int direction = 0; direction < 2; ++direction) {
    for (const torch::Tensor& input : inputs) {
      expect_gradient("input", input, input.grad(), value, generator);
    }
    for (const auto& item : layer->named_parameters()) {
      expect_gradient(item.key(), item.value(), item.value().grad(), value, generator);
    }
  }
}

}  // namespace nmt::testing
