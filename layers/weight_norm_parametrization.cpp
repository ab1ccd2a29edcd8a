#include "layers/weight_norm_parametrization.h"

#include "layers/kernels/sigma_weight.h"

namespace nmt::layers {
namespace {

torch::Tensor row_lengths(const torch::Tensor& w) {
  return w.norm(2, 1);
}

}  // namespace

WeightNormParametrization::WeightNormParametrization(int64_t rows) : gain(torch::ones({rows})) {}

void WeightNormParametrization::match(const torch::Tensor& w) {
  torch::NoGradGuard no_grad;
  gain.copy_(row_lengths(w));
}

void WeightNormParametrization::write_effective(const torch::Tensor& w, torch::Tensor& effective) {
  torch::NoGradGuard no_grad;
  at::mul_out(effective, w, kernels::scale_factors(gain, row_lengths(w)).unsqueeze(1));
}

torch::Tensor WeightNormParametrization::effective_weight(const torch::Tensor& w) const {
  return w * kernels::scale_factors(gain.to(w.scalar_type()), row_lengths(w)).unsqueeze(1);
}

void WeightNormParametrization::pull_back(const torch::Tensor& w, at::TensorList gradient) {
  torch::NoGradGuard no_grad;
  gain.mutable_grad() = torch::empty_like(gain);
  int64_t first = 0;
  for (const torch::Tensor& block : gradient) {
    const int64_t rows = block.size(0);
    const torch::Tensor of_block = w.narrow(0, first, rows);
    const torch::Tensor lengths = row_lengths(of_block).unsqueeze(1);
    const torch::Tensor unit = of_block / lengths;
    const torch::Tensor along = (block * unit).sum(1, /*keepdim=*/true);
    gain.grad().narrow(0, first, rows).copy_(along.squeeze(1));
    block.sub_(along * unit).mul_(gain.narrow(0, first, rows).unsqueeze(1) / lengths);
    first += rows;
  }
  TORCH_CHECK(first == w.size(0), "weight_norm: W has ", w.size(0), " rows, its gradient ", first);
}

std::vector<std::pair<std::string, torch::Tensor>> WeightNormParametrization::own_parameters()
    const {
  return {{"weight_g", gain}};
}

}  // namespace nmt::layers
