#include "layers/spectral_norm.h"

#include <algorithm>
#include <vector>

#include "layers/kernels/sigma_weight.h"

namespace nmt::layers {
namespace {

constexpr int64_t kSmallestSideForLanczos = 129;
constexpr int64_t kLanczosSteps = 160;
constexpr double kBreakdown = 1e-14;  // Of the largest value met so far.

SingularTriple by_decomposition(const torch::Tensor& w) {
  const auto [left, values, right] = torch::linalg_svd(w, /*full_matrices=*/false);
  return {.value = values[0].item<double>(),
          .left = left.select(1, 0).to(torch::kFloat32).contiguous(),
          .right = right[0].to(torch::kFloat32).contiguous()};
}

// The Krylov basis of the Gram matrix from a start vector, and its tridiagonal projection.
struct Krylov {
  torch::Tensor basis;        // [k, I]
  torch::Tensor tridiagonal;  // [k, k]
};

Krylov lanczos(const torch::Tensor& w, int64_t steps) {
  const int64_t columns = w.size(1);
  torch::Tensor basis = torch::zeros({steps, columns}, w.options());
  torch::Tensor projection = torch::zeros({steps, steps}, w.options());
  torch::Tensor next = w.abs().sum(0) + 1.0;  // Never orthogonal to everything, and deterministic.
  next = next * torch::linspace(1.0, 1.5, columns, w.options());
  next /= next.norm();
  double largest = 0.0;
  for (int64_t k = 0; k < steps; ++k) {
    basis[k].copy_(next);
    torch::Tensor residual = w.t().mv(w.mv(next));
    projection[k][k] = residual.dot(next);
    largest = std::max(largest, projection[k][k].item<double>());
    // Twice: plain Lanczos loses orthogonality just when a Ritz value converges.
    for (int pass = 0; pass < 2; ++pass) {
      const torch::Tensor known = basis.narrow(0, 0, k + 1);
      residual = residual - known.t().mv(known.mv(residual));
    }
    const double length = residual.norm().item<double>();
    if (k + 1 == steps || length <= kBreakdown * largest) {
      return {basis.narrow(0, 0, k + 1), projection.narrow(0, 0, k + 1).narrow(1, 0, k + 1)};
    }
    projection[k][k + 1] = length;
    projection[k + 1][k] = length;
    next = residual / length;
  }
  return {basis, projection};
}

SingularTriple by_lanczos(const torch::Tensor& w) {
  const Krylov krylov = lanczos(w, std::min(kLanczosSteps, w.size(1)));
  const auto [values, vectors] = torch::linalg_eigh(krylov.tridiagonal);
  torch::Tensor right = krylov.basis.t().mv(vectors.select(1, -1));
  right = right / right.norm();
  const torch::Tensor image = w.mv(right);
  const double value = image.norm().item<double>();
  const torch::Tensor left = value > 0 ? image / value : image;
  return {.value = value,
          .left = left.to(torch::kFloat32).contiguous(),
          .right = right.to(torch::kFloat32).contiguous()};
}

}  // namespace

SingularTriple top_singular_triple(const torch::Tensor& matrix) {
  torch::NoGradGuard no_grad;
  TORCH_CHECK(matrix.dim() == 2, "top_singular_triple: needs a matrix, got shape ", matrix.sizes());
  const torch::Tensor w = matrix.detach().to(torch::kFloat64);
  const bool small = std::min(w.size(0), w.size(1)) < kSmallestSideForLanczos;
  return small ? by_decomposition(w) : by_lanczos(w);
}

double exact_spectral_norm(const torch::Tensor& matrix) {
  torch::NoGradGuard no_grad;
  return torch::linalg_svdvals(matrix.detach().to(torch::kFloat64)).max().item<double>();
}

void power_iteration_step(const torch::Tensor& matrix, torch::Tensor& right) {
  torch::NoGradGuard no_grad;
  kernels::power_step(matrix, right);
}

}  // namespace nmt::layers
