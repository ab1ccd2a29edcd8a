// Where the encoder and the decoder report the residual stream, layer by layer.

#pragma once

#include <cstdint>

#include "layers/residual.h"

namespace nmt::layers {

enum class Stack { kEncoder, kDecoder };

class StreamObserver {
 public:
  virtual ~StreamObserver() = default;
  /// Called inside the forward pass when layer `layer` (from 1) has left `stream`, its last branch
  /// still waiting. May put a hook on the gradient of that branch.
  virtual void observe(Stack stack, int64_t layer, const ResidualStream& stream) = 0;
};

}  // namespace nmt::layers
