// What the stability rules see of attention: each layer's entropy in one update. No LibTorch.

#pragma once

#include <cstdint>

#include "layers/attention_kind.h"

namespace nmt::run_log {

/// One layer in one update, over all of its heads and rows.
struct LayerEntropy {
  layers::AttentionKind kind;
  int64_t layer;            ///< From 1.
  double entropy;           ///< Mean H, nats.
  double relative_entropy;  ///< Mean H / ln n.
  double min_entropy;       ///< Smallest H, nats.
  double max_logit;
  int64_t lowest_head = 1;           ///< From 1: the head with the smallest mean of H / ln n ...
  double lowest_head_entropy = 0.0;  ///< ... and that mean.
};

/// One attention head in one update.
struct HeadEntropy {
  layers::AttentionKind kind = layers::AttentionKind::kEncoderSelf;
  int64_t layer = 0;              ///< From 1.
  int64_t head = 0;               ///< From 1.
  double relative_entropy = 0.0;  ///< Mean H / ln n.

  bool operator==(const HeadEntropy&) const = default;
};

}  // namespace nmt::run_log
