// The random numbers of dropout masks (dropout_mask.h) on a CUDA device.

#pragma once

#include <cstdint>

#include "layers/kernels/dropout_mask.h"

namespace nmt::kernels {

__device__ inline uint32_t mixed_bits(uint32_t x) {
  x ^= x >> 16;
  x *= 0x7feb352du;
  x ^= x >> 15;
  x *= 0x846ca68bu;
  return x ^ (x >> 16);
}

// Mask values by element and seed.
struct DropoutValues {
  __host__ explicit DropoutValues(double probability)
      : threshold(static_cast<uint32_t>(probability * 2147483648.0)),
        keep(static_cast<float>(1.0 / (1.0 - probability))) {}

  __device__ float operator()(uint32_t element, uint64_t seed) const {
    const uint32_t once = mixed_bits(element ^ static_cast<uint32_t>(seed));
    const uint32_t random = mixed_bits(once + static_cast<uint32_t>(seed >> 32));
    return (random >> 1) < threshold ? 0.0f : keep;
  }

  uint32_t threshold;  // Of 31 bits, as on the CPU.
  float keep;
};

}  // namespace nmt::kernels
