#include "layers/kernels/dropout.h"

#include <ATen/CPUGeneratorImpl.h>

#include "layers/kernels/dropout_mask.h"
#include "layers/kernels/dropout_mask_cuda.h"

namespace nmt::kernels {

torch::Tensor dropout_mask(torch::IntArrayRef shape, torch::Dtype dtype, const Dropout& dropout,
                           torch::Device device) {
  const torch::Tensor mask = at::empty(shape, torch::device(device).dtype(at::kFloat));
  const auto fill = device.is_cpu() ? fill_dropout_mask : fill_dropout_mask_cuda;
  fill(mask.mutable_data_ptr<float>(), mask.numel(), dropout.probability, dropout.seed);
  return mask.to(dtype);
}

torch::Tensor row_dropout_mask(int64_t rows, int64_t columns, torch::Dtype dtype,
                               const Dropout& dropout) {
  const torch::Tensor mask = at::empty({rows, columns}, at::kFloat);
  float* values = mask.mutable_data_ptr<float>();
  for (int64_t row = 0; row < rows; ++row) {
    fill_dropout_mask(values + row * columns, columns, dropout.probability,
                      dropout_row_seed(dropout.seed, row));
  }
  return mask.to(dtype);
}

uint64_t draw_seed(at::Generator& generator) {
  return at::check_generator<at::CPUGeneratorImpl>(generator)->random64();
}

}  // namespace nmt::kernels
