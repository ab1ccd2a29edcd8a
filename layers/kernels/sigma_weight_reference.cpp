// The passes of σReparam in plain LibTorch: any floating dtype, any strides, any device.

#include <limits>

#include "layers/kernels/sigma_weight.h"

namespace nmt::kernels {

void power_step_reference(const torch::Tensor& w, torch::Tensor& right) {
  const torch::Tensor image = w.t().mv(w.mv(right));
  const double length = image.norm().item<double>();
  if (length > 0) right.copy_(image.div_(length));
}

double write_scaled_reference(const torch::Tensor& w, double gamma, const torch::Tensor& right,
                              torch::Tensor& left, torch::Tensor& effective) {
  const torch::Tensor image = w.mv(right);
  const double sigma = image.norm().item<double>();
  if (sigma > 0) {
    left.copy_(image.div_(sigma));
    effective.copy_(w).mul_(gamma / sigma);
  } else {
    effective.fill_(std::numeric_limits<double>::quiet_NaN());
  }
  return sigma;
}

double pull_back_reference(const torch::Tensor& w, const SigmaFactors& factors,
                           at::TensorList gradient) {
  double along = 0.0;
  int64_t row = 0;
  for (const torch::Tensor& block : gradient) {
    along += (block * w.narrow(0, row, block.size(0))).sum().item<double>();
    row += block.size(0);
  }
  along /= factors.sigma;
  const double scale = factors.gamma / factors.sigma;
  row = 0;
  for (const torch::Tensor& block : gradient) {
    block.addr_(factors.left.narrow(0, row, block.size(0)), factors.right, /*beta=*/scale,
                /*alpha=*/-scale * along);
    row += block.size(0);
  }
  return along;
}

}  // namespace nmt::kernels
