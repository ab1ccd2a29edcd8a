// BoundTracker: the lower bound of theorem_bound.h beside the entropy that it bounds, for every
// head, on a few sentences.
//
// For one forward pass it is both observers of the context. Norms are exact (float64), so no mean
// entropy lies below its bound but by rounding. Rows that see one key do not count. Layers with
// QK-norm, whose heads are not linear in their inputs, have no bound.

#pragma once

#include <array>
#include <map>
#include <utility>
#include <vector>

#include "layers/attention_input_observer.h"
#include "layers/attention_observer.h"
#include "nmt/stability/run_record.h"

namespace nmt::stability {

class BoundTracker : public layers::AttentionInputObserver, public layers::AttentionObserver {
 public:
  void observe(const layers::AttentionLayerInputs& inputs) override;
  void observe(const layers::AttentionRows& rows) override;

  /// Fills `bound` and `bound_entropy` of the records of the layers seen, and starts anew. Rounded
  /// to six digits.
  void put_into(std::vector<AttentionRecord>& records);

 private:
  struct Means {
    std::vector<double> bound;    // Of each head.
    std::vector<double> entropy;  // Of each head.
  };
  std::map<std::pair<layers::AttentionKind, int64_t>, Means> layers_;
};

}  // namespace nmt::stability
