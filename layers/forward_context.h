// What a forward pass needs besides its input: randomness for dropout and what looks at it. Both
// are absent when translating or validating. No global state, no train/eval mode.

#pragma once

#include <ATen/core/Generator.h>

#include <optional>

#include "layers/layer_kind.h"
#include "layers/residual_kind.h"

namespace nmt::layers {

class ForwardObserver;

/// Passed by reference through every layer's forward.
struct ForwardContext {
  /// Draws dropout masks; no value: no dropout (evaluation).
  std::optional<at::Generator> dropout_generator;
  /// Number of the stream's first position among those of its micro-batch. Masks count from there,
  /// so that a micro-batch has the same ones however it is cut by sentences.
  int64_t first_row = 0;
  /// What looks at the pass (forward_observer.h); may be null.
  ForwardObserver* observer = nullptr;
  BackendKind backend = BackendKind::kFused;
  /// Whether layers keep their input alone for the backward pass (recompute.h).
  bool recompute = false;
  /// Whether a layer runs for its graph alone (recompute.h): nothing reads the values that it ends
  /// with.
  bool graph_alone = false;
  /// The update under way, from 1, for factors that change with it (ResidualScheme::scale).
  int64_t update = kAfterTraining;
};

}  // namespace nmt::layers
