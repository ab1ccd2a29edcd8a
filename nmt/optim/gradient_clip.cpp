#include "nmt/optim/gradient_clip.h"

#include <cmath>

#include "nmt/optim/gradient_kernel.h"

namespace nmt::optim {
namespace {

bool is_plain_array(const torch::Tensor& gradient) {
  return gradient.is_cpu() && gradient.is_contiguous() && gradient.scalar_type() == torch::kFloat32;
}

}  // namespace

double squared_norm(const torch::Tensor& gradient) {
  if (!gradient.defined()) return 0.0;
  if (is_plain_array(gradient)) {
    return sum_of_squares(gradient.const_data_ptr<float>(), gradient.numel());
  }
  return gradient.to(torch::kFloat64).square().sum().item<double>();
}

double norm_on_device(at::TensorList gradients) {
  if (gradients.empty()) return 0.0;
  return at::stack(at::_foreach_norm(gradients)).to(torch::kFloat64).norm().item<double>();
}

double add_gradient(torch::Tensor& sum, const torch::Tensor& added) {
  TORCH_CHECK(sum.sizes() == added.sizes(), "add_gradient: shapes ", sum.sizes(), " and ",
              added.sizes(), " must be the same");
  if (is_plain_array(sum) && is_plain_array(added)) {
    return add_to(sum.mutable_data_ptr<float>(), added.const_data_ptr<float>(), sum.numel());
  }
  return squared_norm(sum.add_(added));
}

double clip_scale(double norm, double limit) {
  return limit > 0.0 && std::isfinite(norm) && norm > limit ? limit / norm : 1.0;
}

}  // namespace nmt::optim
