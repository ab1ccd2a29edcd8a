// Where attention layers report the entropy of their rows.
//
// Shape letters: B batch, H heads, T queries.

#pragma once

#include <torch/types.h>

#include <cstdint>

#include "layers/attention_kind.h"

namespace nmt::layers {

/// One forward pass of one attention layer, before dropout, after masks.
struct AttentionRows {
  AttentionKind kind;
  int64_t layer;                ///< From 1.
  torch::Tensor entropy;        ///< [B, H, T] float32, nats; 0 for padded rows. On any device.
  torch::Tensor max_logit;      ///< [B, H, T] float32, largest visible scaled logit of a row.
  torch::Tensor visible_keys;   ///< [B, T] (or broadcastable [B, 1], [1, T]) int64: n of each row.
  torch::Tensor query_lengths;  ///< [B] int64; rows at and past it are padding.
};

class AttentionObserver {
 public:
  virtual ~AttentionObserver() = default;
  /// Called inside the forward pass, without gradient. Keeps no tensors of the CPU, whose memory
  /// the next layer is to use; those of a device until the update ends, so as not to wait for it.
  virtual void observe(const AttentionRows& rows) = 0;
};

}  // namespace nmt::layers
