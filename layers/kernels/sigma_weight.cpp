#include "layers/kernels/sigma_weight.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "layers/kernels/scale_factor.h"
#include "layers/kernels/sigma_weight_cpu.h"

namespace nmt::kernels {
namespace {

bool is_plain(const torch::Tensor& tensor) {
  return tensor.device().is_cpu() && tensor.scalar_type() == torch::kFloat32 &&
         tensor.is_contiguous();
}

MatrixRows matrix_rows(const torch::Tensor& w) {
  return {w.const_data_ptr<float>(), static_cast<size_t>(w.size(0)),
          static_cast<size_t>(w.size(1))};
}

void check_vector(const char* name, const torch::Tensor& vector, int64_t size) {
  TORCH_CHECK(vector.dim() == 1 && vector.size(0) == size, "sigma_weight: the ", name,
              " vector must have ", size, " numbers, got shape ", vector.sizes());
}

void check_matrix(const torch::Tensor& w) {
  TORCH_CHECK(w.dim() == 2, "sigma_weight: needs a matrix, got shape ", w.sizes());
}

void check_rows(const torch::Tensor& w, at::TensorList gradient) {
  int64_t rows = 0;
  for (const torch::Tensor& block : gradient) {
    TORCH_CHECK(block.dim() == 2 && block.size(1) == w.size(1), "sigma_weight: a gradient of W ",
                w.sizes(), " has shape ", block.sizes());
    rows += block.size(0);
  }
  TORCH_CHECK(rows == w.size(0), "sigma_weight: W has ", w.size(0), " rows, its gradient ", rows);
}

}  // namespace

void power_step(const torch::Tensor& w, torch::Tensor& right) {
  check_matrix(w);
  check_vector("right", right, w.size(1));
  if (!is_plain(w) || !is_plain(right)) return power_step_reference(w, right);
  std::vector<float> image(w.size(1));
  add_gram_product(matrix_rows(w), right.const_data_ptr<float>(), image.data());
  const double length = std::sqrt(sum_of_squares(image.data(), image.size()));
  const float inverse = static_cast<float>(1.0 / length);
  if (!is_normal(inverse)) return;
  scale(image.data(), image.size(), inverse, right.mutable_data_ptr<float>());
}

void write_scaled(const torch::Tensor& w, const torch::Tensor& gamma, const torch::Tensor& right,
                  torch::Tensor& left, torch::Tensor& effective, torch::Tensor& sigma) {
  check_matrix(w);
  check_vector("right", right, w.size(1));
  check_vector("left", left, w.size(0));
  if (!is_plain(w) || !is_plain(right) || !is_plain(left) || !is_plain(effective)) {
    return write_scaled_reference(w, gamma, right, left, effective, sigma);
  }
  const MatrixRows rows = matrix_rows(w);
  float* u = left.mutable_data_ptr<float>();
  float* out = effective.mutable_data_ptr<float>();
  multiply(rows, right.const_data_ptr<float>(), u);
  const double length = std::sqrt(sum_of_squares(u, rows.rows));
  sigma.fill_(length);
  const float factor = scale_factor(gamma.item<double>(), length);
  if (std::isnan(factor)) {
    std::fill_n(out, rows.rows * rows.columns, factor);
    return;
  }
  scale(u, rows.rows, static_cast<float>(1.0 / length), u);
  scale(rows.data, rows.rows * rows.columns, factor, out);
}

torch::Tensor pull_back(const torch::Tensor& w, const SigmaFactors& factors,
                        at::TensorList gradient) {
  check_matrix(w);
  check_vector("right", factors.right, w.size(1));
  check_vector("left", factors.left, w.size(0));
  check_rows(w, gradient);
  if (!is_plain(w) || !is_plain(factors.left) || !is_plain(factors.right) ||
      !std::all_of(gradient.begin(), gradient.end(), is_plain)) {
    return pull_back_reference(w, factors, gradient);
  }
  double along = 0.0;
  const float* row = w.const_data_ptr<float>();
  for (const torch::Tensor& block : gradient) {
    along += dot(block.const_data_ptr<float>(), row, block.numel());
    row += block.numel();
  }
  const double sigma = factors.sigma.item<double>();
  along /= sigma;
  const double scale = factors.gamma.item<double>() / sigma;
  const float* u = factors.left.const_data_ptr<float>();
  for (const torch::Tensor& block : gradient) {
    scale_and_add_outer_product(block.mutable_data_ptr<float>(), block.size(0), block.size(1),
                                static_cast<float>(scale), static_cast<float>(-scale * along), u,
                                factors.right.const_data_ptr<float>());
    u += block.size(0);
  }
  return torch::full({1}, along, factors.gamma.options().requires_grad(false));
}

}  // namespace nmt::kernels
