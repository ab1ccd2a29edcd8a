#include "layers/kernels/dropout.h"

#include <ATen/CPUGeneratorImpl.h>

#include "layers/kernels/dropout_mask.h"

namespace nmt::kernels {

torch::Tensor draw_dropout_mask(torch::IntArrayRef shape, double probability, torch::Dtype dtype,
                                at::Generator& generator) {
  const torch::Tensor mask = at::empty(shape, at::kFloat);
  fill_dropout_mask(mask.mutable_data_ptr<float>(), mask.numel(), probability,
                    draw_seed(generator));
  return mask.to(dtype);
}

torch::Tensor draw_row_dropout_mask(int64_t rows, int64_t columns, double probability,
                                    torch::Dtype dtype, uint64_t seed) {
  const torch::Tensor mask = at::empty({rows, columns}, at::kFloat);
  float* values = mask.mutable_data_ptr<float>();
  for (int64_t row = 0; row < rows; ++row) {
    fill_dropout_mask(values + row * columns, columns, probability, dropout_row_seed(seed, row));
  }
  return mask.to(dtype);
}

uint64_t draw_seed(at::Generator& generator) {
  return at::check_generator<at::CPUGeneratorImpl>(generator)->random64();
}

}  // namespace nmt::kernels
