#include "layers/sigma_parametrization.h"

#include "layers/kernels/sigma_weight.h"
#include "layers/spectral_norm.h"

namespace nmt::layers {

SigmaParametrization::SigmaParametrization(int64_t columns, std::optional<double> gamma_start,
                                           Gamma kind)
    : gamma(torch::ones({1})),
      gamma_start_(gamma_start),
      kind_(kind),
      right_(torch::zeros({columns})),
      left_(torch::empty({0})),
      sigma_(torch::zeros({1}, torch::kFloat64)) {
  right_[0] = 1.0;
}

void SigmaParametrization::initialize(const torch::Tensor& w) {
  match(w);
  if (gamma_start_) gamma.fill_(*gamma_start_);
}

void SigmaParametrization::match(const torch::Tensor& w) {
  torch::NoGradGuard no_grad;
  const SingularTriple top = top_singular_triple(w.cpu());
  right_.copy_(top.right);
  gamma.fill_(top.value);
}

void SigmaParametrization::write_effective(const torch::Tensor& w, torch::Tensor& effective) {
  torch::NoGradGuard no_grad;
  if (left_.numel() != w.size(0) || left_.device() != right_.device()) {
    left_ = torch::empty({w.size(0)}, right_.options());
    sigma_ = sigma_.to(right_.device());
  }
  kernels::write_scaled(w, gamma, right_, left_, effective, sigma_);
}

torch::Tensor SigmaParametrization::effective_weight(const torch::Tensor& w) const {
  const torch::Tensor right = right_.to(w.scalar_type());
  torch::Tensor left = w.detach().mv(right);
  left = left / left.norm();
  const torch::Tensor sigma = left.dot(w.mv(right));
  return gamma.to(w.scalar_type()) / sigma * w;
}

void SigmaParametrization::pull_back(const torch::Tensor& w, at::TensorList gradient) {
  torch::NoGradGuard no_grad;
  const torch::Tensor along = kernels::pull_back(
      w, {.gamma = gamma, .sigma = sigma_, .left = left_, .right = right_}, gradient);
  if (kind_ == Gamma::kLearned) gamma.mutable_grad() = along;
}

void SigmaParametrization::advance(const torch::Tensor& w, int64_t power_steps) {
  for (int64_t i = 0; i < power_steps; ++i) power_iteration_step(w, right_);
}

std::vector<std::pair<std::string, torch::Tensor>> SigmaParametrization::own_parameters() const {
  if (kind_ == Gamma::kFixed) return {};
  return {{"gamma", gamma}};
}

std::vector<std::pair<std::string, torch::Tensor>> SigmaParametrization::buffers() const {
  if (kind_ == Gamma::kFixed) return {{"gamma", gamma}, {"sigma_v", right_}};
  return {{"sigma_v", right_}};
}

}  // namespace nmt::layers
