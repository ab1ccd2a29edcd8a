// Errors of CUDA calls and kernel launches as exceptions.

#pragma once

#include <cuda_runtime.h>

#include <stdexcept>
#include <string>

namespace nmt::kernels {

/// Throws std::runtime_error with the driver's words unless `error` is success.
inline void check_cuda(cudaError_t error, const char* what) {
  if (error == cudaSuccess) return;
  throw std::runtime_error(std::string(what) + ": CUDA error: " + cudaGetErrorString(error));
}

}  // namespace nmt::kernels
