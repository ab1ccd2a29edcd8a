#include "layers/kernels/cuda_launch.cuh"
#include "layers/kernels/dropout_mask_cuda.h"
#include "layers/kernels/dropout_random.cuh"

namespace nmt::kernels {
namespace {

constexpr int kThreads = 256;
constexpr int kValues = 4;  // Of one thread.

__global__ void fill(float* mask, uint32_t count, DropoutValues values, uint64_t seed) {
  const uint32_t first = blockIdx.x * (kThreads * kValues) + threadIdx.x;
  for (uint32_t i = 0; i < kValues; ++i) {
    const uint32_t element = first + i * kThreads;
    if (element < count) mask[element] = values(element, seed);
  }
}

}  // namespace

void fill_dropout_mask_cuda(float* mask, int64_t count, double probability, uint64_t seed) {
  if (count == 0) return;
  const int64_t blocks = (count + kThreads * kValues - 1) / (kThreads * kValues);
  fill<<<static_cast<unsigned>(blocks), kThreads>>>(mask, static_cast<uint32_t>(count),
                                                    DropoutValues(probability), seed);
  check_cuda(cudaGetLastError(), "dropout mask");
}

}  // namespace nmt::kernels
