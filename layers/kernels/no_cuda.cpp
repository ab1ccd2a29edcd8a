// All that a build without CUDA has in place of the .cu files.

#include <stdexcept>
#include <string>

#include "layers/kernels/attention_cuda.h"
#include "layers/kernels/device.h"
#include "layers/kernels/dropout_mask.h"
#include "layers/kernels/sigma_weight_cuda.h"

namespace nmt::kernels {
namespace {

[[noreturn]] void refuse(const std::string& what) {
  throw std::runtime_error(what + ": this build has no CUDA kernels");
}

}  // namespace

int64_t attention_shared_bytes(int64_t) {
  return 0;
}

bool cuda_attention_takes(int64_t, int64_t) {
  return false;
}

void attend_cuda(const AttentionCall&, const AttentionStatistics&) {
  refuse("attention");
}

void attend_backward_cuda(const AttentionCall&, const AttentionGradients&) {
  refuse("attention");
}

void fill_dropout_mask_cuda(float*, int64_t, double, uint64_t, int64_t) {
  refuse("dropout mask");
}

void write_scaled_cuda(const SigmaMatrixCuda*, int64_t, int64_t) {
  refuse("sigma");
}

void pull_back_cuda(const SigmaMatrixCuda*, const SigmaGradientCuda*, int64_t, float*) {
  refuse("sigma");
}

CudaDevices find_cuda_devices() {
  return {{}, "this build has no CUDA backends; configure with the preset cuda (NMT_WITH_CUDA=ON)"};
}

}  // namespace nmt::kernels
