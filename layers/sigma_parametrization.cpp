#include "layers/sigma_parametrization.h"

#include <limits>

#include "layers/spectral_norm.h"

namespace nmt::layers {

SigmaParametrization::SigmaParametrization(int64_t columns, std::optional<double> gamma_start)
    : gamma(torch::ones({1})), gamma_start_(gamma_start), right_(torch::zeros({columns})) {
  right_[0] = 1.0;
}

void SigmaParametrization::initialize(const torch::Tensor& w) {
  torch::NoGradGuard no_grad;
  const SingularTriple top = top_singular_triple(w);
  right_.copy_(top.right);
  gamma.fill_(gamma_start_.value_or(top.value));
}

void SigmaParametrization::write_effective(const torch::Tensor& w, torch::Tensor& effective) {
  torch::NoGradGuard no_grad;
  left_ = w.mv(right_);
  sigma_ = left_.norm().item<double>();
  if (!(sigma_ > 0)) {
    // A matrix that overflowed or vanished: a loss that is not finite says so in an orderly way.
    effective.fill_(std::numeric_limits<float>::quiet_NaN());
    return;
  }
  left_.div_(sigma_);
  at::mul_out(effective, w, at::scalar_tensor(gamma.item<double>() / sigma_, w.options()));
}

torch::Tensor SigmaParametrization::effective_weight(const torch::Tensor& w) const {
  const torch::Tensor right = right_.to(w.scalar_type());
  torch::Tensor left = w.detach().mv(right);
  left = left / left.norm();
  const torch::Tensor sigma = left.dot(w.mv(right));
  return gamma.to(w.scalar_type()) / sigma * w;
}

torch::Tensor SigmaParametrization::pull_back(const torch::Tensor& w,
                                              const torch::Tensor& gradient) {
  torch::NoGradGuard no_grad;
  const double along = at::dot(gradient.reshape(-1), w.reshape(-1)).item<double>() / sigma_;
  gamma.mutable_grad() = torch::full({1}, along);
  const double scale = gamma.item<double>() / sigma_;
  // addr: scale · G − (scale · dL/dγ) u vᵀ in one pass.
  return at::addr(gradient, left_, right_, /*beta=*/scale, /*alpha=*/-scale * along);
}

void SigmaParametrization::advance(const torch::Tensor& w) {
  power_iteration_step(w, right_);
}

std::vector<std::pair<std::string, torch::Tensor>> SigmaParametrization::own_parameters() const {
  return {{"gamma", gamma}};
}

std::vector<std::pair<std::string, torch::Tensor>> SigmaParametrization::buffers() const {
  return {{"sigma_v", right_}};
}

}  // namespace nmt::layers
