// The passes of σReparam in plain LibTorch: any floating dtype, any strides, any device, which none
// of them waits for.

#include <limits>

#include "layers/kernels/sigma_weight.h"

namespace nmt::kernels {
namespace {

// is_normal() by the dtype of `x`.
torch::Tensor is_normal_number(const torch::Tensor& x) {
  const double smallest = x.scalar_type() == torch::kFloat64
                              ? std::numeric_limits<double>::min()
                              : double{std::numeric_limits<float>::min()};
  return x.isfinite().logical_and(x.abs().ge(smallest));
}

}  // namespace

torch::Tensor scale_factors(const torch::Tensor& gain, const torch::Tensor& norms) {
  const torch::Tensor factors = gain / norms;
  const torch::Tensor usable = is_normal_number(norms.reciprocal())
                                   .logical_and(gain.eq(0).logical_or(is_normal_number(factors)));
  return at::where(usable, factors, std::numeric_limits<double>::quiet_NaN());
}

void power_step_reference(const torch::Tensor& w, torch::Tensor& right) {
  const torch::Tensor image = w.t().mv(w.mv(right));
  const torch::Tensor length = image.norm();
  right.copy_(at::where(is_normal_number(length.reciprocal()), image / length, right));
}

void write_scaled_reference(const torch::Tensor& w, const torch::Tensor& gamma,
                            const torch::Tensor& right, torch::Tensor& left,
                            torch::Tensor& effective, torch::Tensor& sigma) {
  const torch::Tensor image = w.mv(right);
  const torch::Tensor length = image.norm().view({1});
  sigma.copy_(length);
  left.copy_(image / length);
  effective.copy_(w * scale_factors(gamma.to(w.scalar_type()), length));
}

torch::Tensor pull_back_reference(const torch::Tensor& w, const SigmaFactors& factors,
                                  at::TensorList gradient) {
  torch::Tensor along = torch::zeros({1}, w.options());
  int64_t row = 0;
  for (const torch::Tensor& block : gradient) {
    along = along + (block * w.narrow(0, row, block.size(0))).sum();
    row += block.size(0);
  }
  const torch::Tensor sigma = factors.sigma.to(w.scalar_type());
  along = along / sigma;
  const torch::Tensor scale = factors.gamma.to(w.scalar_type()) / sigma;
  row = 0;
  for (const torch::Tensor& block : gradient) {
    block.addr_(factors.left.narrow(0, row, block.size(0)) * along, factors.right, /*beta=*/1,
                /*alpha=*/-1);
    block.mul_(scale);
    row += block.size(0);
  }
  return along.to(factors.gamma.scalar_type());
}

}  // namespace nmt::kernels
