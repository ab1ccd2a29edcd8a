#include "layers/kernels/cuda_launch.cuh"
#include "layers/kernels/dropout_mask.h"

namespace nmt::kernels {
namespace {

constexpr int kThreads = 256;
constexpr int kValues = 4;  // Of one thread.

__global__ void fill(float* mask, uint32_t count, DropoutValue value, uint64_t seed,
                     uint32_t first) {
  const uint32_t own = blockIdx.x * (kThreads * kValues) + threadIdx.x;
  for (uint32_t i = 0; i < kValues; ++i) {
    const uint32_t element = own + i * kThreads;
    if (element < count) mask[element] = value(first + element, seed);
  }
}

}  // namespace

void fill_dropout_mask_cuda(float* mask, int64_t count, double probability, uint64_t seed,
                            int64_t first) {
  if (count == 0) return;
  const int64_t blocks = (count + kThreads * kValues - 1) / (kThreads * kValues);
  fill<<<static_cast<unsigned>(blocks), kThreads>>>(mask, static_cast<uint32_t>(count),
                                                    DropoutValue(probability), seed,
                                                    static_cast<uint32_t>(first));
  check_cuda(cudaGetLastError(), "dropout mask");
}

}  // namespace nmt::kernels
