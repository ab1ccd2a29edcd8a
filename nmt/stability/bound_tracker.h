// BoundTracker: the lower bound of theorem_bound.h beside the entropy that it bounds, for every
// head, on a few sentences.
//
// Norms of inputs are those of prefix_norm.h, from above, and the logged mean is rounded down: it
// is never above the exact bound, and below it by 2 % at most. A causal head has another matrix of
// visible inputs for each query: of a sentence longer than 33 pieces 32 queries count, evenly
// spaced, the first that sees two keys and the last among them. Elsewhere every row counts that
// sees two keys. Layers with QK-norm, whose heads are not linear in their inputs, have no bound.

#pragma once

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "data/base/thread_pool.h"
#include "layers/forward_observer.h"
#include "nmt/run_log/run_record.h"

namespace nmt::stability {

/// How many keys the queries of a causal sentence of `length` pieces see whose rows count, rising:
/// from 2 to `length`; query n − 1 sees n.
std::vector<int64_t> counted_prefixes(int64_t length);

/// Bounds and entropies of the layers that were seen.
class AttentionBounds {
 public:
  struct Layer {
    std::vector<double> bound;    ///< [H] mean of the rows that count; empty: none.
    std::vector<double> entropy;  ///< [H] likewise.
  };

  /// Fills `bound` and `bound_entropy` of the records of the layers seen, to six digits, the bound
  /// rounded down.
  void put_into(std::vector<run_log::AttentionRecord>& records) const;

  Layer& of(layers::AttentionKind kind, int64_t layer) { return layers_[{kind, layer}]; }

 private:
  std::map<std::pair<layers::AttentionKind, int64_t>, Layer> layers_;
};

class BoundTracker : public layers::ForwardObserver {
 public:
  explicit BoundTracker(base::ParallelFor parallel_for) : parallel_for_(std::move(parallel_for)) {}

  bool wants_inputs() const override { return true; }
  /// Waits until `parallel_for` has done the work on these inputs.
  void observe_inputs(const layers::AttentionLayerInputs& inputs) override;
  bool wants_rows() const override { return true; }
  void observe_rows(const layers::AttentionRows& rows) override;

  /// What was seen since the last call.
  AttentionBounds take() { return std::exchange(bounds_, {}); }

 private:
  base::ParallelFor parallel_for_;
  AttentionBounds bounds_;
  torch::Tensor counted_;  // [B, T] bool, of the layer at work; undefined if it has no bound.
};

}  // namespace nmt::stability
