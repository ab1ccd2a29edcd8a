#include "nmt/stability/theorem_bound.h"

#include <algorithm>
#include <cmath>
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

torch::Tensor with_ones(const torch::Tensor& inputs) {
  return with_column(inputs, torch::ones({inputs.size(0)}, torch::kFloat64));
}

// ‖A‖ of A = Qᵀ K with Q, K [K, D + 1], from the K × K core of its QR factors.
double product_norm(const torch::Tensor& query, const torch::Tensor& key) {
  const torch::Tensor query_core = std::get<1>(torch::linalg_qr(query.t(), "r"));
  const torch::Tensor key_core = std::get<1>(torch::linalg_qr(key.t(), "r"));
  return spectral_norm(query_core.matmul(key_core.t()));
}

int64_t visible_keys(const HeadInputs& head, int64_t query) {
  return head.causal ? query + 1 : head.key_input.size(0);
}

}  // namespace

double entropy_lower_bound(double s, int64_t keys) {
  TORCH_CHECK(s >= 0.0 && keys >= 1, "entropy bound: s >= 0 and keys >= 1, got ", s, " and ", keys);
  if (keys == 1) return 0.0;
  const double n = static_cast<double>(keys);
  const double b = std::exp(-s * std::sqrt(n / (n - 1.0)));
  const double others = (n - 1.0) * b;
  return std::log1p(others) + s * std::sqrt(n * (n - 1.0)) * b / (1.0 + others);
}

torch::Tensor logit_norm_bound(const HeadInputs& head) {
  const torch::Tensor queries = with_ones(head.query_input);
  const torch::Tensor keys = with_ones(head.key_input);
  const int64_t T = queries.size(0), S = keys.size(0);
  TORCH_CHECK(!head.causal || T <= S, "entropy bound: a causal head with ", T, " queries and ", S,
              " keys");
  const double scale =
      product_norm(with_column(head.query_weight, head.query_bias),
                   with_column(head.key_weight, head.key_bias)) /
      (head.temperature * std::sqrt(static_cast<double>(head.query_weight.size(0))));
  const double whole_norm = spectral_norm(keys);
  const torch::Tensor query_norms = queries.norm(2, 1);
  std::vector<double> bounds(T);
  for (int64_t t = 0; t < T; ++t) {
    const double visible_norm =
        head.causal ? spectral_norm(keys.slice(0, 0, visible_keys(head, t))) : whole_norm;
    bounds[t] = scale * visible_norm * query_norms[t].item<double>();
  }
  return torch::tensor(bounds, torch::kFloat64);
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
