// What the stability rules see of attention: each layer's entropy in one update. No LibTorch.

#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>

#include "layers/attention_kind.h"

namespace nmt::stability {

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
  layers::AttentionKind kind;
  int64_t layer;            ///< From 1.
  int64_t head;             ///< From 1.
  double relative_entropy;  ///< Mean H / ln n.
};

/// `head` as the field "lowest_head" of an event has it, and back; null for none.
nlohmann::ordered_json to_json(const std::optional<HeadEntropy>& head);
std::optional<HeadEntropy> head_from_json(const nlohmann::ordered_json& json);

}  // namespace nmt::stability
