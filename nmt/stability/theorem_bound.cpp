#include "nmt/stability/theorem_bound.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace nmt::stability {
namespace {

torch::Tensor float64(const torch::Tensor& tensor) {
  return tensor.detach().to(torch::kCPU, torch::kFloat64);
}

double spectral_norm(const torch::Tensor& matrix) {
  return torch::linalg_svdvals(matrix).max().item<double>();
}

// [rows, D] and [rows] to [rows, D + 1].
torch::Tensor with_column(const torch::Tensor& matrix, const torch::Tensor& column) {
  return torch::cat({float64(matrix), float64(column).unsqueeze(1)}, 1);
}

// ‖A‖ of A = Qᵀ K with Q, K [K, D + 1], from the K × K core of its QR factors.
double product_norm(const torch::Tensor& query, const torch::Tensor& key) {
  const torch::Tensor query_core = std::get<1>(torch::linalg_qr(query.t(), "r"));
  const torch::Tensor key_core = std::get<1>(torch::linalg_qr(key.t(), "r"));
  const torch::Tensor core = query_core.matmul(key_core.t());
  const bool finite = std::isfinite(core.abs().sum().item<double>());
  return finite ? spectral_norm(core) : std::numeric_limits<double>::quiet_NaN();
}

double root_of_largest_eigenvalue(const torch::Tensor& gram) {
  return std::sqrt(torch::linalg_eigvalsh(gram).max().item<double>());
}

// ‖X_vis‖ ‖x_t‖ of each query row.
torch::Tensor input_norms(const torch::Tensor& query_input, const torch::Tensor& key_input,
                          bool causal) {
  const torch::Tensor queries = with_ones(query_input);
  const torch::Tensor keys = with_ones(key_input);
  const int64_t T = queries.size(0);
  TORCH_CHECK(!causal || T <= keys.size(0), "entropy bound: a causal head with ", T,
              " queries and ", keys.size(0), " keys");
  const torch::Tensor gram = keys.matmul(keys.t());
  std::vector<double> visible(T, causal ? 0.0 : root_of_largest_eigenvalue(gram));
  for (int64_t t = 0; causal && t < T; ++t) {
    const int64_t n = t + 1;
    visible[t] = root_of_largest_eigenvalue(gram.slice(0, 0, n).slice(1, 0, n));
  }
  return torch::tensor(visible, torch::kFloat64) * queries.norm(2, 1);
}

int64_t visible_keys(const HeadInputs& head, int64_t query) {
  return head.causal ? query + 1 : head.key_input.size(0);
}

}  // namespace

double entropy_lower_bound(double s, int64_t keys) {
  TORCH_CHECK(!(s < 0.0) && keys >= 1, "entropy bound: s >= 0 and keys >= 1, got ", s, " and ",
              keys);
  if (keys == 1) return 0.0;
  const double n = static_cast<double>(keys);
  const double b = std::exp(-s * std::sqrt(n / (n - 1.0)));
  if (b == 0.0) return 0.0;  // Also for s = ∞.
  const double others = (n - 1.0) * b;
  return std::log1p(others) + s * std::sqrt(n * (n - 1.0)) * b / (1.0 + others);
}

torch::Tensor with_ones(const torch::Tensor& inputs) {
  return with_column(inputs, torch::ones({inputs.size(0)}, torch::kFloat64));
}

double bilinear_norm(const torch::Tensor& query_weight, const torch::Tensor& query_bias,
                     const torch::Tensor& key_weight, const torch::Tensor& key_bias) {
  return product_norm(with_column(query_weight, query_bias), with_column(key_weight, key_bias));
}

torch::Tensor logit_norm_bound(const HeadInputs& head) {
  const double norm =
      bilinear_norm(head.query_weight, head.query_bias, head.key_weight, head.key_bias);
  const double head_size = static_cast<double>(head.query_weight.size(0));
  return input_norms(head.query_input, head.key_input, head.causal) *
         (norm / (head.temperature * std::sqrt(head_size)));
}

torch::Tensor attention_entropy_bound(const HeadInputs& head) {
  const torch::Tensor norms = logit_norm_bound(head);
  torch::Tensor bounds = torch::empty_like(norms);
  for (int64_t t = 0; t < norms.size(0); ++t) {
    bounds[t] = entropy_lower_bound(norms[t].item<double>(), visible_keys(head, t));
  }
  return bounds;
}

}  // namespace nmt::stability
