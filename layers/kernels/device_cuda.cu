#include <cuda_runtime.h>

#include "layers/kernels/device.h"

namespace nmt::kernels {
namespace {

constexpr unsigned kAnswer = 0x5eed1234u;

__global__ void write_answer(unsigned* answer) {
  *answer = kAnswer;
}

// Says whether code of this build runs there: a driver too old, a device too old for the compiled
// architectures and a device in a bad state all show here, not in the first update of a run.
cudaError_t run_kernel(unsigned* answer) {
  unsigned* on_device = nullptr;
  if (cudaError_t error = cudaMalloc(&on_device, sizeof(unsigned)); error != cudaSuccess) {
    return error;
  }
  write_answer<<<1, 1>>>(on_device);
  cudaError_t error = cudaGetLastError();
  if (error == cudaSuccess) {
    error = cudaMemcpy(answer, on_device, sizeof(unsigned), cudaMemcpyDeviceToHost);
  }
  const cudaError_t freed = cudaFree(on_device);
  return error == cudaSuccess ? freed : error;
}

cudaError_t try_device(int index, CudaDevice* device) {
  cudaDeviceProp properties;
  if (cudaError_t error = cudaGetDeviceProperties(&properties, index); error != cudaSuccess) {
    return error;
  }
  *device = {properties.name, static_cast<std::int64_t>(properties.totalGlobalMem),
             properties.major, properties.minor};
  if (cudaError_t error = cudaSetDevice(index); error != cudaSuccess) return error;
  unsigned answer = 0;
  if (cudaError_t error = run_kernel(&answer); error != cudaSuccess) return error;
  return answer == kAnswer ? cudaSuccess : cudaErrorUnknown;
}

}  // namespace

CudaDevices find_cuda_devices() {
  CudaDevices found;
  int count = 0;
  if (cudaError_t error = cudaGetDeviceCount(&count); error != cudaSuccess) {
    found.reason = std::string("no CUDA device: ") + cudaGetErrorString(error);
    return found;
  }
  int current = 0;
  cudaGetDevice(&current);
  for (int index = 0; index < count; ++index) {
    CudaDevice device;
    const cudaError_t error = try_device(index, &device);
    if (error == cudaSuccess) {
      found.usable.push_back(device);
    } else {
      cudaGetLastError();  // Clears the error, so that it is not reported by a later call.
      found.reason += (found.reason.empty() ? "CUDA device " : "; CUDA device ") +
                      std::to_string(index) + " (" + device.name +
                      ") does not run this build's kernels: " + cudaGetErrorString(error);
    }
  }
  cudaSetDevice(current);
  if (!found.usable.empty()) found.reason.clear();
  if (found.usable.empty() && found.reason.empty()) found.reason = "no CUDA device";
  return found;
}

}  // namespace nmt::kernels
