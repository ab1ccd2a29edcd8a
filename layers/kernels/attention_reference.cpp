#include <cmath>
#include <limits>

#include "layers/kernels/attention.h"
#include "layers/kernels/dropout.h"
#include "layers/kernels/packing.h"

namespace nmt::kernels {
namespace {

// [B, L, H, K] to [B·H, L, K].
torch::Tensor heads_first(const torch::Tensor& x) {
  return x.transpose(1, 2).reshape({x.size(0) * x.size(2), x.size(1), x.size(3)});
}

template <class Real>
void row_statistics(const Real* logits, const Real* probabilities, int64_t visible, Real* entropy,
                    Real* max_logit) {
  int64_t best = 0;
  Real expected_logit = 0;
  for (int64_t s = 0; s < visible; ++s) {
    expected_logit += probabilities[s] * logits[s];
    if (logits[s] > logits[best]) best = s;
  }
  const Real log_sum = logits[best] - std::log(probabilities[best]);
  *entropy = std::max(Real{0}, log_sum - expected_logit);
  *max_logit = logits[best];
}

template <class Real>
void all_row_statistics(const torch::Tensor& logits, const torch::Tensor& probabilities,
                        const AttentionMask& mask, AttentionOutputs& out) {
  const int64_t heads = out.entropy.size(1);
  const Real* s = logits.const_data_ptr<Real>();
  const Real* p = probabilities.const_data_ptr<Real>();
  Real* entropy = out.entropy.mutable_data_ptr<Real>();
  Real* max_logit = out.max_logit.mutable_data_ptr<Real>();
  for (int64_t b = 0; b < mask.batch(); ++b) {
    for (int64_t h = 0; h < heads; ++h) {
      for (int64_t t = 0; t < mask.query_length(b); ++t) {
        const int64_t visible = mask.visible_keys(b, t);
        const int64_t row = (b * heads + h) * mask.queries() + t;
        if (visible == 0) continue;
        row_statistics(s + row * mask.keys(), p + row * mask.keys(), visible, entropy + row,
                       max_logit + row);
      }
    }
  }
}

void fill_statistics(const torch::Tensor& logits, const torch::Tensor& probabilities,
                     const AttentionMask& mask, int64_t heads, AttentionOutputs& out) {
  const auto shape = {mask.batch(), heads, mask.queries()};
  const bool half = logits.element_size() < 4;  // Then statistics are float32.
  const torch::Dtype dtype = half ? torch::kFloat32 : logits.scalar_type();
  out.entropy = torch::zeros(shape, dtype);
  out.max_logit =
      torch::full(shape, -std::numeric_limits<double>::infinity(), out.entropy.options());
  const torch::Tensor s = logits.detach().to(torch::kCPU, dtype).contiguous();
  const torch::Tensor p = probabilities.detach().to(torch::kCPU, dtype).contiguous();
  AT_DISPATCH_FLOATING_TYPES(s.scalar_type(), "attention statistics",
                             [&] { all_row_statistics<scalar_t>(s, p, mask, out); });
  out.entropy = out.entropy.to(logits.device());
  out.max_logit = out.max_logit.to(logits.device());
}

// A row without a visible key would be NaN, and so would gradients: it gets finite logits, and
// probabilities 0 that let no gradient through.
torch::Tensor softmax_rows(const torch::Tensor& logits, const AttentionMask& mask, int64_t heads) {
  if (!mask.has_empty_rows()) return at::softmax(logits, -1);
  const torch::Tensor empty =
      mask.visible_keys().eq(0).repeat_interleave(heads, 0).unsqueeze(-1).to(
          logits.device());  // [B·H, T, 1]
  return at::softmax(logits.masked_fill(empty, 0.0), -1).masked_fill(empty, 0.0);
}

AttentionOutputs padded_attention(const AttentionInputs& in) {
  const int64_t heads = in.q.size(2);
  const double scale = in.logit_scale();
  const torch::Tensor& bias = in.mask.bias(heads);
  const torch::Tensor q = heads_first(in.q);
  const torch::Tensor keys = heads_first(in.k).transpose(1, 2);
  const torch::Tensor logits =
      bias.defined() ? at::baddbmm(bias.to(q.device(), q.scalar_type()), q, keys, 1.0, scale)
                     : at::baddbmm(at::zeros({1, 1, 1}, q.options()), q, keys, 0.0, scale);
  torch::Tensor probabilities = softmax_rows(logits, in.mask, heads);

  AttentionOutputs out;
  if (in.statistics) fill_statistics(logits, probabilities, in.mask, heads, out);
  if (in.dropout.probability > 0.0) {
    probabilities = probabilities *
                    attention_dropout_mask(in.mask, heads, probabilities.scalar_type(), in.dropout)
                        .to(probabilities.device())
                        .view(probabilities.sizes());
  }
  out.out = at::bmm(probabilities, heads_first(in.v))
                .view({in.q.size(0), heads, in.q.size(1), in.q.size(3)})
                .transpose(1, 2);
  return out;
}

}  // namespace

AttentionOutputs attention_reference(const AttentionInputs& in) {
  check_attention_inputs(in);
  if (in.q.dim() == 4) return padded_attention(in);
  const AttentionMask& mask = in.mask;
  const Packing queries(mask.query_lengths(), mask.queries(), in.q.device());
  const Packing keys(mask.key_lengths(), mask.keys(), in.k.device());
  AttentionOutputs out = padded_attention({.q = queries.unpack(in.q),
                                           .k = keys.unpack(in.k),
                                           .v = keys.unpack(in.v),
                                           .mask = mask,
                                           .scale = in.scale,
                                           .dropout = in.dropout,
                                           .statistics = in.statistics});
  out.out = queries.pack(out.out);
  return out;
}

}  // namespace nmt::kernels
