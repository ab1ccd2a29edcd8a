#include "nmt/stability/lanczos.h"

#include <ATen/CPUGeneratorImpl.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>
#include <vector>

namespace nmt::stability {
namespace {

// Entries that are widened to float64 at a time.
constexpr int64_t kChunk = int64_t{1} << 20;
constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();

// In float64 whatever the dtype of the vectors.
double wide_dot(const torch::Tensor& a, const torch::Tensor& b) {
  double sum = 0.0;
  for (int64_t first = 0; first < a.size(0); first += kChunk) {
    const int64_t count = std::min(kChunk, a.size(0) - first);
    sum += at::dot(a.narrow(0, first, count).to(torch::kFloat64),
                   b.narrow(0, first, count).to(torch::kFloat64))
               .item<double>();
  }
  return sum;
}

double length(const torch::Tensor& a) {
  return std::sqrt(wide_dot(a, a));
}

// The tridiagonal matrix T_k of the vectors so far.
struct Tridiagonal {
  std::vector<double> diagonal;  // α_1..k
  std::vector<double> beside;    // β_1..k, the last of which is not part of T_k.

  // Eigenvalues [k], rising, and eigenvectors [k, k] in columns.
  std::tuple<torch::Tensor, torch::Tensor> eigenpairs() const {
    const auto k = static_cast<int64_t>(diagonal.size());
    torch::Tensor matrix = torch::zeros({k, k}, torch::kFloat64);
    auto entries = matrix.accessor<double, 2>();
    for (int64_t i = 0; i < k; ++i) {
      entries[i][i] = diagonal[i];
      if (i + 1 < k) entries[i][i + 1] = entries[i + 1][i] = beside[i];
    }
    return at::linalg_eigh(matrix);
  }

  TopEigenvalue top() const {
    const auto k = static_cast<int64_t>(diagonal.size());
    const auto [values, vectors] = eigenpairs();
    const double value = values[k - 1].item<double>();
    const double error = std::abs(beside.back() * vectors[k - 1][k - 1].item<double>());
    return {
        .value = value, .residual = error > 0.0 ? error / std::abs(value) : 0.0, .iterations = k};
  }

  // The eigenvector of top(), [k].
  torch::Tensor top_vector() const { return std::get<1>(eigenpairs()).select(1, -1); }
};

torch::Tensor start_vector(int64_t n, torch::Dtype dtype, uint64_t seed) {
  auto generator = at::make_generator<at::CPUGeneratorImpl>(seed);
  const torch::Tensor start = torch::randn({n}, generator, torch::kFloat64).to(dtype);
  return start / length(start);
}

// Twice, since once leaves rounding errors as large as what it takes away.
void make_orthogonal(torch::Tensor& vector, const std::vector<torch::Tensor>& basis) {
  for (int pass = 0; pass < 2; ++pass) {
    for (const torch::Tensor& one : basis) vector.sub_(one, wide_dot(one, vector));
  }
}

// What is left of a vector that lies in the space of the basis is no larger, relative to |A|.
double rounding(torch::Dtype dtype) {
  return 64.0 * (dtype == torch::kFloat64 ? std::numeric_limits<double>::epsilon()
                                          : std::numeric_limits<float>::epsilon());
}

}  // namespace

TopEigenvalue largest_eigenvalue(const SymmetricProduct& product, int64_t n, torch::Dtype dtype,
                                 const LanczosOptions& options) {
  TORCH_CHECK(
      n >= 1 && options.max_iterations >= 1,
      "largest_eigenvalue: needs a dimension and a number of iterations of at least 1, got ", n,
      " and ", options.max_iterations);
  const torch::NoGradGuard no_grad;
  const int64_t longest = std::min(n, options.max_iterations);
  std::vector<torch::Tensor> basis = {start_vector(n, dtype, options.seed)};
  Tridiagonal tridiagonal;
  TopEigenvalue top;
  double scale = 0.0;  // A lower bound of |A|.
  for (int64_t k = 1; k <= longest; ++k) {
    torch::Tensor next = product(basis.back()).clone();
    const double image = length(next);
    if (!std::isfinite(image))
      return {.value = kUndefined, .residual = kUndefined, .iterations = k};
    scale = std::max(scale, image);
    tridiagonal.diagonal.push_back(wide_dot(basis.back(), next));
    make_orthogonal(next, basis);
    const double left = length(next);
    const bool exhausted = k == n || left <= rounding(dtype) * scale;
    tridiagonal.beside.push_back(exhausted ? 0.0 : left);
    top = tridiagonal.top();
    if (exhausted || top.residual < options.tolerance) break;
    if (k < longest) basis.push_back(next.div_(left));
  }
  return top;
}

TopEigenpair top_eigenpair(const SymmetricProduct& product, const torch::Tensor& start,
                           int64_t max_iterations, double tolerance) {
  const torch::NoGradGuard no_grad;
  const int64_t n = start.size(0), longest = std::min(n, max_iterations);
  const torch::Tensor basis = torch::empty({longest, n}, start.options());
  basis[0].copy_(start / start.norm());
  Tridiagonal tridiagonal;
  TopEigenvalue top;
  double scale = 0.0;  // A lower bound of |A|.
  for (int64_t k = 1; k <= longest; ++k) {
    torch::Tensor next = product(basis[k - 1]);
    const double along = at::dot(basis[k - 1], next).item<double>();
    if (!std::isfinite(along)) return {.value = kUndefined, .vector = {}};
    const torch::Tensor known = basis.narrow(0, 0, k);
    for (int pass = 0; pass < 2; ++pass) next = next - known.t().mv(known.mv(next));
    const double left = next.norm().item<double>();
    scale = std::max(scale, std::abs(along));
    const bool exhausted = k == n || left <= rounding(start.scalar_type()) * scale;
    tridiagonal.diagonal.push_back(along);
    tridiagonal.beside.push_back(exhausted ? 0.0 : left);
    top = tridiagonal.top();
    if (exhausted || k == longest || top.residual <= tolerance) break;
    basis[k].copy_(next / left);
  }
  const torch::Tensor weights = tridiagonal.top_vector().to(start.device(), start.scalar_type());
  const torch::Tensor vector = basis.narrow(0, 0, top.iterations).t().mv(weights);
  return {.value = top.value, .vector = vector / vector.norm()};
}

}  // namespace nmt::stability
