#include "nmt/stability/bound_tracker.h"

#include <cmath>

#include "layers/multi_head_attention.h"
#include "nmt/stability/json_number.h"
#include "nmt/stability/theorem_bound.h"

namespace nmt::stability {
namespace {

// ‖A‖ / (τ √K) of each head.
std::vector<double> head_scales(const layers::MultiHeadAttentionImpl& attention) {
  const int64_t H = attention.options().heads;
  const int64_t K = attention.options().d_model / H;
  const layers::StackedLinear& stack = attention.query_key_value();
  std::vector<double> scales;
  for (int64_t h = 0; h < H; ++h) {
    const auto weight = [&](size_t part) {
      return stack.effective_weight(part).narrow(0, h * K, K).cpu();
    };
    const auto bias = [&](size_t part) {
      return stack.parts()[part]->bias.narrow(0, h * K, K).cpu();
    };
    const double norm = bilinear_norm(weight(0), bias(0), weight(1), bias(1));
    scales.push_back(norm / (attention.temperature() * std::sqrt(static_cast<double>(K))));
  }
  return scales;
}

}  // namespace

void BoundTracker::observe(const layers::AttentionLayerInputs& inputs) {
  if (inputs.attention.options().head_norm != layers::HeadNormKind::kNone) return;
  const torch::NoGradGuard no_grad;
  const std::vector<double> scales = head_scales(inputs.attention);
  const torch::Tensor query_input = inputs.query_input.cpu(), key_input = inputs.key_input.cpu();
  const kernels::AttentionMask& mask = inputs.mask;
  std::vector<double> sums(scales.size(), 0.0);
  int64_t rows = 0;
  for (int64_t b = 0; b < mask.batch(); ++b) {
    const int64_t T = mask.query_length(b);
    const torch::Tensor norms =
        input_norms(query_input.narrow(0, mask.query_offset(b), T),
                    key_input.narrow(0, mask.key_offset(b), mask.key_length(b)), mask.causal());
    for (int64_t t = 0; t < T; ++t) {
      const int64_t n = mask.visible_keys(b, t);
      if (n < 2) continue;
      ++rows;
      const double norm = norms[t].item<double>();
      for (size_t h = 0; h < sums.size(); ++h) sums[h] += entropy_lower_bound(scales[h] * norm, n);
    }
  }
  for (double& sum : sums) sum /= static_cast<double>(rows);
  layers_[{inputs.kind, inputs.layer}].bound = std::move(sums);
}

void BoundTracker::observe(const layers::AttentionRows& rows) {
  const int64_t B = rows.entropy.size(0), T = rows.entropy.size(2);
  const torch::Tensor valid = torch::arange(T).unsqueeze(0) < rows.query_lengths.unsqueeze(1);
  const torch::Tensor counted =
      (valid & (rows.visible_keys.expand({B, T}) >= 2)).to(torch::kFloat64).unsqueeze(1);
  const torch::Tensor means =
      (rows.entropy.to(torch::kCPU, torch::kFloat64) * counted).sum(at::IntArrayRef({0, 2})) /
      counted.sum();
  std::vector<double>& entropy = layers_[{rows.kind, rows.layer}].entropy;
  entropy.assign(means.const_data_ptr<double>(), means.const_data_ptr<double>() + means.numel());
}

void BoundTracker::put_into(std::vector<AttentionRecord>& records) {
  for (AttentionRecord& record : records) {
    const auto found = layers_.find({record.kind, record.layer});
    if (found == layers_.end() || found->second.bound.empty()) continue;
    record.bound = rounded(found->second.bound);
    record.bound_entropy = rounded(found->second.entropy);
  }
  layers_.clear();
}

}  // namespace nmt::stability
