#include "layers/kernels/dropout.h"

#include <ATen/CPUGeneratorImpl.h>

#include "layers/kernels/dropout_mask.h"

namespace nmt::kernels {

torch::Tensor dropout_mask(torch::IntArrayRef shape, torch::Dtype dtype, const Dropout& dropout,
                           torch::Device device) {
  const torch::Tensor mask = at::empty(shape, torch::device(device).dtype(at::kFloat));
  const auto fill = device.is_cpu() ? fill_dropout_mask_cpu : fill_dropout_mask_cuda;
  fill(mask.mutable_data_ptr<float>(), mask.numel(), dropout.probability, dropout.seed,
       dropout.first_row * shape.back());
  return mask.to(dtype);
}

torch::Tensor attention_dropout_mask(const AttentionMask& mask, int64_t heads, torch::Dtype dtype,
                                     const Dropout& dropout) {
  const torch::Tensor factors =
      at::ones({mask.batch(), heads, mask.queries(), mask.keys()}, at::kFloat);
  float* values = factors.mutable_data_ptr<float>();
  for (int64_t b = 0; b < mask.batch(); ++b) {
    for (int64_t h = 0; h < heads; ++h) {
      float* row = values + (b * heads + h) * mask.queries() * mask.keys();
      for (int64_t t = 0; t < mask.query_length(b); ++t, row += mask.keys()) {
        const int64_t number = (dropout.first_row + mask.query_offset(b) + t) * heads + h;
        fill_dropout_mask_cpu(row, mask.keys(), dropout.probability,
                              dropout_row_seed(dropout.seed, number), /*first=*/0);
      }
    }
  }
  return factors.to(dtype);
}

uint64_t draw_seed(at::Generator& generator) {
  return at::check_generator<at::CPUGeneratorImpl>(generator)->random64();
}

}  // namespace nmt::kernels
