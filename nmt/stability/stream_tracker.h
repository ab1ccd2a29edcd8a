// StreamTracker: how large the residual stream and its gradient are behind every layer.
//
//     activation = √(mean (α x + f)²)      gradient = √(mean (dL/d(α x + f))²)
//
// over all positions and dimensions, where x is the skip path and f the layer's last branch, before
// the norm of post-LN. Dropout on f is left out of the sum, and made up for in the gradient by its
// expectation. Vanishing or exploding gradients show here, layer by layer.
//
// Life of an update: observe_layer() in each forward pass (its hook runs in the backward pass),
// merge() the trackers of other workers, then take().

#pragma once

#include <array>
#include <span>
#include <vector>

#include "layers/forward_observer.h"
#include "nmt/run_log/run_record.h"

namespace nmt::stability {

/// Not thread-safe: one tracker a worker. Must outlive the backward pass.
class StreamTracker : public layers::ForwardObserver {
 public:
  void observe_layer(layers::Stack stack, int64_t layer,
                     const layers::ResidualStream& stream) override;

  /// Adds what `other` has seen, and forgets it there.
  void merge(StreamTracker& other);

  /// Appends what this has seen to `numbers`, and forgets it here: for the tracker of another
  /// process.
  void move_to(std::vector<double>& numbers);

  /// Adds what another tracker moved to `numbers`, from its beginning, and drops it there.
  void merge(std::span<const double>& numbers);

  /// Encoder, then decoder, each by layer; and starts anew. Rounded to six digits.
  std::vector<run_log::StreamRecord> take();

 private:
  struct Sums {
    double activation = 0.0;  // Of squares.
    double gradient = 0.0;
    int64_t elements = 0;

    void add(const Sums& other);
  };
  Sums& sums_of(layers::Stack stack, int64_t layer);

  std::array<std::vector<Sums>, 2> sums_;  // By stack, then by layer − 1.
};

}  // namespace nmt::stability
