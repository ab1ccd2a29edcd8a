#include "nmt/stability/sharpness.h"

#include <algorithm>
#include <utility>

namespace nmt::stability {

HessianProduct::HessianProduct(const torch::Tensor& loss, std::vector<torch::Tensor> parameters)
    : parameters_(std::move(parameters)) {
  const torch::AutoGradMode with_gradients(true);
  gradients_ = torch::autograd::grad({loss}, parameters_, /*grad_outputs=*/{},
                                     /*retain_graph=*/true, /*create_graph=*/true,
                                     /*allow_unused=*/true);
  for (const torch::Tensor& one : parameters_) dimension_ += one.numel();
}

torch::Tensor HessianProduct::operator()(const torch::Tensor& v) const {
  TORCH_CHECK(v.dim() == 1 && v.size(0) == dimension_, "HessianProduct: needs a vector of ",
              dimension_, " numbers, got shape ", v.sizes());
  std::vector<torch::Tensor> outputs, directions;
  int64_t first = 0;
  for (size_t i = 0; i < parameters_.size(); ++i) {
    const int64_t count = parameters_[i].numel();
    if (gradients_[i].defined() && gradients_[i].requires_grad()) {
      outputs.push_back(gradients_[i]);
      directions.push_back(v.narrow(0, first, count).view(parameters_[i].sizes()));
    }
    first += count;
  }
  if (outputs.empty()) return torch::zeros_like(v);
  const std::vector<torch::Tensor> parts =
      torch::autograd::grad(outputs, parameters_, directions, /*retain_graph=*/true,
                            /*create_graph=*/false, /*allow_unused=*/true);
  torch::Tensor product = torch::zeros_like(v);
  first = 0;
  for (size_t i = 0; i < parameters_.size(); ++i) {
    const int64_t count = parameters_[i].numel();
    if (parts[i].defined()) product.narrow(0, first, count).copy_(parts[i].flatten());
    first += count;
  }
  return product;
}

run_log::SharpnessRecord measure_sharpness(const HessianProduct& hessian,
                                           const torch::Tensor& preconditioner, torch::Dtype dtype,
                                           const LanczosOptions& options) {
  const int64_t n = hessian.dimension();
  const TopEigenvalue plain = largest_eigenvalue(hessian, n, dtype, options);
  run_log::SharpnessRecord result = {
      .sharpness = plain.value, .iterations = plain.iterations, .residual = plain.residual};
  if (!preconditioner.defined()) return result;
  const torch::Tensor root = preconditioner.to(torch::kFloat64).rsqrt().to(dtype);
  const TopEigenvalue scaled = largest_eigenvalue(
      [&](const torch::Tensor& v) { return hessian(v * root) * root; }, n, dtype, options);
  result.preconditioned = scaled.value;
  result.iterations = std::max(plain.iterations, scaled.iterations);
  result.residual = std::max(plain.residual, scaled.residual);
  return result;
}

}  // namespace nmt::stability
