// What a forward pass needs besides its input: randomness for dropout and a place for attention
// statistics. Both are absent when translating or validating. No global state, no train/eval mode.

#pragma once

#include <ATen/core/Generator.h>

#include <optional>

#include "layers/layer_kind.h"

namespace nmt::layers {

class AdminProfile;
class AttentionInputObserver;
class AttentionObserver;
class StreamObserver;

/// Passed by reference through every layer's forward.
struct ForwardContext {
  /// Draws dropout masks; no value: no dropout (evaluation).
  std::optional<at::Generator> dropout_generator;
  /// Number of the stream's first position among those of its micro-batch. Masks count from there,
  /// so that a micro-batch has the same ones however it is cut by sentences.
  int64_t first_row = 0;
  /// Told about every attention layer's entropy; may be null.
  AttentionObserver* attention_observer = nullptr;
  /// Told what every attention layer reads; may be null. Costs the forward pass a detour.
  AttentionInputObserver* input_observer = nullptr;
  /// Told of the residual stream behind every layer; may be null.
  StreamObserver* stream_observer = nullptr;
  BackendKind backend = BackendKind::kFused;
  /// Whether layers keep their input alone for the backward pass (recompute.h).
  bool recompute = false;
  /// Whether a layer runs for its graph alone (recompute.h): the values that it ends with are not
  /// looked at.
  bool graph_alone = false;
  /// Sets ω of every sublayer that has one as it passes (admin_profile.h); may be null.
  AdminProfile* admin_profile = nullptr;
};

}  // namespace nmt::layers
