// What can be seen of a forward pass while it runs: attention, the residual stream, the start of
// Admin's factors. An observer overrides what it looks at.
//
// Shape letters: B batch, H heads, T queries, N packed positions, D model.

#pragma once

#include <torch/types.h>

#include <cstdint>
#include <vector>

#include "layers/attention_kind.h"
#include "layers/kernels/attention_mask.h"
#include "layers/residual_kind.h"

namespace nmt::layers {

class MultiHeadAttentionImpl;
struct ResidualStream;

/// The rows of one attention layer in one forward pass, after masks, before dropout.
struct AttentionRows {
  AttentionKind kind;
  int64_t layer;                ///< From 1.
  torch::Tensor entropy;        ///< [B, H, T] float32, nats; 0 for padded rows. On any device.
  torch::Tensor max_logit;      ///< [B, H, T] float32, largest visible scaled logit of a row.
  torch::Tensor visible_keys;   ///< [B, T] (or broadcastable [B, 1], [1, T]) int64: n of each row.
  torch::Tensor query_lengths;  ///< [B] int64; rows at and past it are padding.
};

/// What the linear maps of one attention layer read, sentences behind each other as the mask's
/// lengths say.
struct AttentionLayerInputs {
  AttentionKind kind;
  int64_t layer;  ///< From 1.
  const MultiHeadAttentionImpl& attention;
  torch::Tensor query_input;  ///< [sum of query lengths, D].
  torch::Tensor key_input;    ///< [sum of key lengths, D].
  const kernels::AttentionMask& mask;
};

/// All calls come from inside the forward pass, whose tensors may carry its graph: an observer that
/// computes with them does so under a guard of its own. References must not be kept.
class ForwardObserver {
 public:
  virtual ~ForwardObserver() = default;

  /// Whether observe_rows is wanted: entropies are computed only then.
  virtual bool wants_rows() const { return false; }
  /// Keeps no tensors of the CPU, whose memory the next layer is to use; those of a device until
  /// the update ends, so as not to wait for it.
  virtual void observe_rows(const AttentionRows&) {}

  /// Whether observe_inputs is wanted, which costs a second pass of the norm.
  virtual bool wants_inputs() const { return false; }
  /// In front of the rows of the same layer.
  virtual void observe_inputs(const AttentionLayerInputs&) {}

  /// Layer `layer` (from 1) has left `stream`, its last branch still waiting. May put a hook on the
  /// gradient of that branch.
  virtual void observe_layer(Stack, int64_t /*layer*/, const ResidualStream&) {}

  /// A sublayer is about to multiply its skip path x [..., D] by the learned vector `factor` [D],
  /// which may be filled, and to add `branch` [..., D].
  virtual void observe_skip(const torch::Tensor& /*factor*/, const torch::Tensor& /*x*/,
                            const torch::Tensor& /*branch*/) {}
};

/// Passes everything on to several observers, in order.
class ForwardObservers : public ForwardObserver {
 public:
  /// Null is left out.
  explicit ForwardObservers(const std::vector<ForwardObserver*>& all);

  bool wants_rows() const override;
  void observe_rows(const AttentionRows& rows) override;
  bool wants_inputs() const override;
  void observe_inputs(const AttentionLayerInputs& inputs) override;
  void observe_layer(Stack stack, int64_t layer, const ResidualStream& stream) override;
  void observe_skip(const torch::Tensor& factor, const torch::Tensor& x,
                    const torch::Tensor& branch) override;

 private:
  std::vector<ForwardObserver*> all_;
};

}  // namespace nmt::layers
