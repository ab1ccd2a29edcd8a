// What one encoder or decoder layer is built from.

#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "layers/head_norm_kind.h"
#include "layers/layer_kind.h"
#include "layers/linear_kind.h"
#include "layers/residual_kind.h"

namespace nmt::layers {

struct LayerOptions {
  int64_t d_model;
  int64_t ffn_dim;
  int64_t heads;
  int64_t layer;  ///< From 1.
  ResidualKind residual;
  ResidualScale scale;  ///< Of this side of the model.
  LinearKind linear;
  std::optional<double> gamma_start;  ///< For σReparam; no value: σ(W).
  std::vector<int64_t> qkv_groups;    ///< Which of q, k, v share one parametrisation.
  HeadNormKind head_norm = HeadNormKind::kNone;
  ActivationKind activation;
  double dropout;
  double attention_dropout;
  double activation_dropout;
};

}  // namespace nmt::layers
