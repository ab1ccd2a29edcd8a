// What the benches share: the limit of matrix products, medians, lists of names.

#pragma once

#include <ATen/ATen.h>
#include <torch/cuda.h>

#include <algorithm>
#include <chrono>
#include <sstream>
#include <string>
#include <vector>

namespace nmt::bench {

using Clock = std::chrono::steady_clock;

/// Waits until `device` has done all that it was asked for.
inline void wait_for(at::Device device) {
  if (device.is_cuda()) torch::cuda::synchronize();
}

/// GFLOP/s of an [m, k] by [k, n] float32 product on `device`; the best of several.
inline double gemm_gflops(int64_t m, int64_t k, int64_t n, at::Device device) {
  const at::Tensor a = at::randn({m, k}, device), b = at::randn({k, n}, device);
  at::Tensor c = at::empty({m, n}, device);
  double best = 0.0;
  for (int i = 0; i < 7; ++i) {
    wait_for(device);
    const auto start = Clock::now();
    at::mm_out(c, a, b);
    wait_for(device);
    const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
    best = std::max(best, 2e-9 * static_cast<double>(m * k * n) / seconds);
  }
  return best;
}

/// The better of 4096x512x2048 and 2048^3: what "GEMM peak" means on results pages.
inline double gemm_peak_gflops(at::Device device = at::kCPU) {
  return std::max(gemm_gflops(4096, 512, 2048, device), gemm_gflops(2048, 2048, 2048, device));
}

/// The upper one of two middle values.
inline double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + values.size() / 2, values.end());
  return values[values.size() / 2];
}

/// The parts of "a,b,c".
inline std::vector<std::string> split_list(const std::string& list) {
  std::vector<std::string> all;
  std::istringstream stream(list);
  for (std::string one; std::getline(stream, one, ',');) all.push_back(one);
  return all;
}

}  // namespace nmt::bench
