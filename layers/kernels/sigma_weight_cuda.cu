// A block of 32 warps for each weight. Rows are shared out among warps and the numbers of a row
// among lanes, so that every read of W is of neighbours.

#include "layers/kernels/cuda_launch.cuh"
#include "layers/kernels/scale_factor.h"
#include "layers/kernels/sigma_weight_cuda.h"

namespace nmt::kernels {
namespace {

constexpr int kWarps = 32;
constexpr int kLanes = 32;
constexpr int kThreads = kWarps * kLanes;

__device__ int warp() {
  return threadIdx.x / kLanes;
}
__device__ int lane() {
  return threadIdx.x % kLanes;
}

template <class Real>
__device__ Real sum_of_warp(Real value) {
#pragma unroll
  for (int distance = kLanes / 2; distance > 0; distance /= 2) {
    value += __shfl_xor_sync(0xffffffffu, value, distance);
  }
  return value;
}

// The sum over all threads, known to all.
__device__ double sum_of_block(double value) {
  __shared__ double sums[kWarps];
  value = sum_of_warp(value);
  __syncthreads();  // The sums of a former call have been read.
  if (lane() == 0) sums[warp()] = value;
  __syncthreads();
  return sum_of_warp(sums[lane()]);
}

__device__ double norm(const float* values, int64_t count) {
  double squares = 0.0;
  for (int64_t i = threadIdx.x; i < count; i += kThreads) {
    squares += static_cast<double>(values[i]) * values[i];
  }
  return sqrt(sum_of_block(squares));
}

// out [O] = W v
__device__ void multiply(const SigmaMatrixCuda& m, const float* v, float* out) {
  for (int64_t row = warp(); row < m.rows; row += kWarps) {
    float sum = 0.0f;
    for (int64_t i = lane(); i < m.columns; i += kLanes)
      sum += m.weight[row * m.columns + i] * v[i];
    sum = sum_of_warp(sum);
    if (lane() == 0) out[row] = sum;
  }
  __syncthreads();
}

// out [I] = Wᵀ y, 32 columns at a time.
__device__ void multiply_transposed(const SigmaMatrixCuda& m, const float* y, float* out) {
  __shared__ float sums[kWarps][kLanes + 1];
  for (int64_t first = 0; first < m.columns; first += kLanes) {
    const int64_t column = first + lane();
    float sum = 0.0f;
    if (column < m.columns) {
#pragma unroll 4
      for (int64_t row = warp(); row < m.rows; row += kWarps) {
        sum += m.weight[row * m.columns + column] * y[row];
      }
    }
    sums[warp()][lane()] = sum;
    __syncthreads();
    const float total = sum_of_warp(sums[lane()][warp()]);  // Of column first + warp().
    if (lane() == 0 && first + warp() < m.columns) out[first + warp()] = total;
    __syncthreads();
  }
}

__device__ void power_step(const SigmaMatrixCuda& m) {
  multiply(m, m.right, m.left);
  multiply_transposed(m, m.left, m.scratch);
  const float inverse = static_cast<float>(1.0 / norm(m.scratch, m.columns));
  if (is_normal(inverse)) {
    for (int64_t i = threadIdx.x; i < m.columns; i += kThreads) m.right[i] = m.scratch[i] * inverse;
  }
  __syncthreads();
}

__global__ void __launch_bounds__(kThreads)
    write_scaled(const SigmaMatrixCuda* all, int64_t steps) {
  const SigmaMatrixCuda m = all[blockIdx.x];
  for (int64_t step = 0; step < steps; ++step) power_step(m);
  multiply(m, m.right, m.left);
  const double sigma = norm(m.left, m.rows);
  if (threadIdx.x == 0) *m.sigma = sigma;
  const float inverse = static_cast<float>(1.0 / sigma);
  for (int64_t i = threadIdx.x; i < m.rows; i += kThreads) m.left[i] *= inverse;
  const float scale = scale_factor(*m.gamma, sigma);
  for (int64_t i = threadIdx.x; i < m.rows * m.columns; i += kThreads) {
    m.effective[i] = scale * m.weight[i];
  }
}

__global__ void __launch_bounds__(kThreads)
    pull_back(const SigmaMatrixCuda* all, const SigmaGradientCuda* gradients, float* along) {
  const SigmaMatrixCuda m = all[blockIdx.x];
  const SigmaGradientCuda& g = gradients[blockIdx.x];
  double product = 0.0;
  const float* weight = m.weight;
  for (int block = 0; block < kMostGradientBlocks; ++block) {
    const int64_t count = g.rows[block] * m.columns;
    float sum = 0.0f;
    for (int64_t i = threadIdx.x; i < count; i += kThreads) sum += g.block[block][i] * weight[i];
    product += sum;
    weight += count;
  }
  const double sigma = *m.sigma;
  const double slope = sum_of_block(product) / sigma;
  const float scale = static_cast<float>(*m.gamma / sigma);
  const float outer = static_cast<float>(-*m.gamma / sigma * slope);
  int64_t first = 0;
  for (int block = 0; block < kMostGradientBlocks; ++block) {
    for (int64_t row = warp(); row < g.rows[block]; row += kWarps) {
      const float along_row = outer * m.left[first + row];
      float* values = g.block[block] + row * m.columns;
      for (int64_t i = lane(); i < m.columns; i += kLanes) {
        values[i] = scale * values[i] + along_row * m.right[i];
      }
    }
    first += g.rows[block];
  }
  if (threadIdx.x == 0) along[blockIdx.x] = static_cast<float>(slope);
}

}  // namespace

void write_scaled_cuda(const SigmaMatrixCuda* matrices, int64_t count, int64_t steps) {
  if (count == 0) return;
  write_scaled<<<static_cast<unsigned>(count), kThreads>>>(matrices, steps);
  check_cuda(cudaGetLastError(), "sigma");
}

void pull_back_cuda(const SigmaMatrixCuda* matrices, const SigmaGradientCuda* gradients,
                    int64_t count, float* along) {
  if (count == 0) return;
  pull_back<<<static_cast<unsigned>(count), kThreads>>>(matrices, gradients, along);
  check_cuda(cudaGetLastError(), "sigma");
}

}  // namespace nmt::kernels
