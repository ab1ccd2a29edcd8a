// Where a program computes: its flag --device (cpu, cuda or auto) on the machine that it finds.

#pragma once

#include <optional>
#include <string>

#include "data/text/error.h"
#include "layers/kernels/device.h"

namespace nmt::tools {

/// The GPU that `flag` gives the program, or nothing if it gives it the CPU; `auto` takes a GPU if
/// one is usable. Throws UsageError with the reason if `flag` is cuda and none is.
inline std::optional<kernels::CudaDevice> choose_gpu(const std::string& flag) {
  if (flag == "cpu") return std::nullopt;
  const kernels::CudaDevices found = kernels::find_cuda_devices();
  if (!found.usable.empty()) return found.usable.front();
  if (flag == "cuda") throw UsageError("--device cuda: ", found.reason, "; use --device cpu");
  return std::nullopt;
}

}  // namespace nmt::tools
