// Where attention layers report what their linear maps read: for the bound on their entropy.
//
// Shape letters: N packed positions, D model.

#pragma once

#include <torch/types.h>

#include <cstdint>

#include "layers/attention_kind.h"
#include "layers/kernels/attention_mask.h"

namespace nmt::layers {

class MultiHeadAttentionImpl;

/// The inputs of one attention layer in one forward pass, sentences behind each other as the mask's
/// lengths say.
struct AttentionLayerInputs {
  AttentionKind kind;
  int64_t layer;  ///< From 1.
  const MultiHeadAttentionImpl& attention;
  torch::Tensor query_input;  ///< [sum of query lengths, D].
  torch::Tensor key_input;    ///< [sum of key lengths, D].
  const kernels::AttentionMask& mask;
};

class AttentionInputObserver {
 public:
  virtual ~AttentionInputObserver() = default;
  /// Called inside the forward pass. Must not keep the references.
  virtual void observe(const AttentionLayerInputs& inputs) = 0;
};

}  // namespace nmt::layers
