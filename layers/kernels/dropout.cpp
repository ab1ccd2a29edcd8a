#include "layers/kernels/dropout.h"

#include <ATen/CPUGeneratorImpl.h>

#include "layers/kernels/dropout_mask.h"

namespace nmt::kernels {

torch::Tensor draw_dropout_mask(torch::IntArrayRef shape, double probability, torch::Dtype dtype,
                                at::Generator& generator) {
  const torch::Tensor mask = at::empty(shape, at::kFloat);
  const uint64_t seed = at::check_generator<at::CPUGeneratorImpl>(generator)->random64();
  fill_dropout_mask(mask.mutable_data_ptr<float>(), mask.numel(), probability, seed);
  return mask.to(dtype);
}

}  // namespace nmt::kernels
