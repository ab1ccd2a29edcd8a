// Where a program computes: its flag --device (cpu, cuda or auto) on the machine that it finds.

#pragma once

#include <optional>

#include "data/text/error.h"
#include "layers/kernels/device.h"
#include "nmt/config/training_config.h"

namespace nmt::tools {

/// The GPU that `flag` gives the program, or nothing if it gives it the CPU; kAuto takes a GPU if
/// one is usable. Throws UsageError with the reason if `flag` is kCuda and none is.
inline std::optional<kernels::CudaDevice> choose_gpu(config::DeviceKind flag) {
  if (flag == config::DeviceKind::kCpu) return std::nullopt;
  const kernels::CudaDevices found = kernels::find_cuda_devices();
  if (!found.usable.empty()) return found.usable.front();
  if (flag == config::DeviceKind::kCuda)
    throw UsageError("--device cuda: ", found.reason, "; use --device cpu");
  return std::nullopt;
}

}  // namespace nmt::tools
