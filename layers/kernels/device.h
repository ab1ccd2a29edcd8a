// The CUDA devices that this build can compute on: what `--device auto` decides by and what a
// refusal of `--device cuda` says.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace nmt::kernels {

struct CudaDevice {
  std::string name;               ///< As the driver calls it.
  std::int64_t memory_bytes = 0;  ///< All of its memory, free or not.
  int compute_major = 0;          ///< Compute capability, e.g. 9.0.
  int compute_minor = 0;
};

struct CudaDevices {
  std::vector<CudaDevice>
      usable;          ///< Those on which a kernel of this build ran and answered right.
  std::string reason;  ///< Why there are none; empty when there is one.
};

/// Looks for devices and tries each with a kernel of one thread. Takes up to seconds on a machine
/// with a GPU (the driver's start-up), microseconds elsewhere. Never throws for a missing driver.
CudaDevices find_cuda_devices();

}  // namespace nmt::kernels
