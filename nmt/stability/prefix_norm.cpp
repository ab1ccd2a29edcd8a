#include "nmt/stability/prefix_norm.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "nmt/stability/lanczos.h"

namespace nmt::stability {
namespace {

constexpr int64_t kSmallestForLanczos = 48;  // Below it all eigenvalues take no longer.
constexpr int64_t kMostNormProducts = 60;
constexpr double kLanczosTolerance = 1e-4;  // Its square, over the gap, is the error of λ.
constexpr double kRaise = 1e-5;             // Of λ, which raises the norm by half of it.
constexpr double kForRounding = 1e-9;       // Of λ: more than any rounding of G and its factor.

// The Gram matrices of the prefixes, one after the other.
class PrefixGrams {
 public:
  PrefixGrams(const torch::Tensor& rows, int64_t longest)
      : rows_(rows), of_rows_(longest <= rows.size(1)) {
    if (of_rows_) {
      const torch::Tensor used = rows.narrow(0, 0, longest);
      gram_ = used.matmul(used.t());
    } else {
      gram_ = torch::zeros({rows.size(1), rows.size(1)}, rows.options());
    }
  }

  // Of the first `count` rows, no fewer than at the call before.
  torch::Tensor next(int64_t count) {
    if (of_rows_) return gram_.narrow(0, 0, count).narrow(1, 0, count);
    const torch::Tensor added = rows_.narrow(0, seen_, count - seen_);
    gram_.addmm_(added.t(), added);
    seen_ = count;
    return gram_;
  }

  // A start for the search in `gram` from the vector that was found for a shorter prefix.
  static torch::Tensor continued(const torch::Tensor& gram, const torch::Tensor& found) {
    return gram.narrow(1, 0, found.size(0)).mv(found);
  }

 private:
  const torch::Tensor& rows_;
  bool of_rows_;
  torch::Tensor gram_;
  int64_t seen_ = 0;
};

// Has a share of every direction that a matrix of inputs is likely to prefer.
torch::Tensor first_start(const torch::Tensor& gram) {
  const torch::Tensor index = torch::arange(gram.size(0), gram.options());
  return 1.0 + 0.5 * torch::cos(index.square());
}

bool is_above_all_eigenvalues(double c, const torch::Tensor& gram) {
  torch::Tensor shifted = gram.neg();
  shifted.diagonal().add_(c);
  return std::get<1>(at::linalg_cholesky_ex(shifted)).item<int64_t>() == 0;
}

double from_all_eigenvalues(const torch::Tensor& gram) {
  return std::max(0.0, at::linalg_eigvalsh(gram)[-1].item<double>());
}

// λ_max of `gram` from above; `found` is the vector of the search, or undefined.
double largest_eigenvalue_from_above(const torch::Tensor& gram, torch::Tensor& found) {
  if (!std::isfinite(gram.sum().item<double>())) return std::numeric_limits<double>::quiet_NaN();
  if (gram.size(0) < kSmallestForLanczos) return from_all_eigenvalues(gram);
  const TopEigenpair top =
      top_eigenpair([&gram](const torch::Tensor& v) { return gram.mv(v); },
                    found.defined() ? PrefixGrams::continued(gram, found) : first_start(gram),
                    kMostNormProducts, kLanczosTolerance);
  found = top.vector;
  const double raised = (1.0 + kRaise) * top.value;
  const bool certain = std::isfinite(raised) && is_above_all_eigenvalues(raised, gram);
  return certain ? raised : from_all_eigenvalues(gram);
}

}  // namespace

std::vector<double> prefix_norms(const torch::Tensor& rows, const std::vector<int64_t>& prefixes) {
  TORCH_CHECK(rows.dim() == 2 && rows.scalar_type() == torch::kFloat64,
              "prefix_norms: needs a matrix in float64, got ", rows.scalar_type(), " of shape ",
              rows.sizes());
  const torch::NoGradGuard no_grad;
  std::vector<double> norms;
  if (prefixes.empty()) return norms;
  PrefixGrams grams(rows, prefixes.back());
  torch::Tensor found;
  for (const int64_t count : prefixes) {
    const double square = largest_eigenvalue_from_above(grams.next(count), found);
    norms.push_back(std::sqrt((1.0 + kForRounding) * square));
  }
  return norms;
}

}  // namespace nmt::stability
