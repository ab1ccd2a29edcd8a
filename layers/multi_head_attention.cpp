#include "layers/multi_head_attention.h"

#include <cmath>

#include "layers/attention_input_observer.h"
#include "layers/dropout.h"
#include "layers/kernels/split_heads.h"

namespace nmt::layers {
namespace {

StackedLinearOptions qkv_options(const MultiHeadAttentionOptions& options) {
  const bool cross = options.kind == AttentionKind::kCross;
  return {.in_features = options.d_model,
          .parts = {{"q_proj", options.d_model},
                    {"k_proj", options.d_model},
                    {"v_proj", options.d_model}},
          .products = cross ? std::vector<int64_t>{1, 2} : std::vector<int64_t>{3},
          .groups = options.qkv_groups,
          .kind = options.linear,
          .gamma_start = options.gamma_start};
}

// A product that leaves what it reads as it is.
kernels::LinearInputs identity(int64_t d_model, const StackedLinear& like) {
  const auto options = like.product().weight.options().requires_grad(false);
  return {.weight = torch::eye(d_model, options), .bias = torch::zeros({d_model}, options)};
}

torch::Tensor normalised(const torch::Tensor& heads, const HeadNorm& norm) {
  return norm ? norm->forward(heads) : heads;
}

}  // namespace

MultiHeadAttentionImpl::MultiHeadAttentionImpl(const MultiHeadAttentionOptions& options)
    : options_(options),
      qkv_(*this, qkv_options(options)),
      out_(*this, single_linear("out_proj", options.d_model, options.d_model, options.linear,
                                options.gamma_start)) {
  TORCH_CHECK(options.heads > 0 && options.d_model % options.heads == 0,
              "attention: heads must divide d_model, got ", options.heads, " and ",
              options.d_model);
  if (options.head_norm == HeadNormKind::kLayerNorm) {
    q_norm_ = register_module("q_norm", HeadNorm(options.d_model / options.heads));
    k_norm_ = register_module("k_norm", HeadNorm(options.d_model / options.heads));
  }
}

torch::Tensor MultiHeadAttentionImpl::split_heads(const torch::Tensor& x) const {
  std::vector<int64_t> sizes = x.sizes().vec();
  sizes.back() = options_.heads;
  sizes.push_back(options_.d_model / options_.heads);
  return x.view(sizes);
}

torch::Tensor MultiHeadAttentionImpl::query_heads(const torch::Tensor& x) const {
  return normalised(split_heads(x), q_norm_);
}

torch::Tensor MultiHeadAttentionImpl::key_heads(const torch::Tensor& x) const {
  return normalised(split_heads(x), k_norm_);
}

std::vector<torch::Tensor> MultiHeadAttentionImpl::heads(const torch::Tensor& first,
                                                         const torch::Tensor& memory) const {
  std::vector<torch::Tensor> parts;
  if (options_.kind != AttentionKind::kCross) {
    parts = kernels::split_heads(first, 3, options_.heads);
  } else {
    parts = kernels::split_heads(qkv_.forward(memory, 1), 2, options_.heads);
    parts.insert(parts.begin(), split_heads(first));
  }
  parts[0] = normalised(parts[0], q_norm_);
  parts[1] = normalised(parts[1], k_norm_);
  return parts;
}

torch::Tensor MultiHeadAttentionImpl::enter(const Residual& residual, ResidualStream& stream,
                                            const torch::Tensor& memory,
                                            const kernels::AttentionMask& mask,
                                            const ForwardContext& context) const {
  if (context.input_observer == nullptr) {
    return residual.enter(stream, first_product(), context.backend);
  }
  const torch::Tensor input =
      residual.enter(stream, identity(options_.d_model, qkv_), context.backend);
  const bool cross = options_.kind == AttentionKind::kCross;
  context.input_observer->observe({.kind = options_.kind,
                                   .layer = options_.layer,
                                   .attention = *this,
                                   .query_input = input,
                                   .key_input = cross ? memory : input,
                                   .mask = mask});
  return qkv_.forward(input);
}

torch::Tensor MultiHeadAttentionImpl::forward(const torch::Tensor& first,
                                              const torch::Tensor& memory,
                                              const kernels::AttentionMask& mask,
                                              const ForwardContext& context) {
  const std::vector<torch::Tensor> qkv = heads(first, memory);
  const kernels::AttentionInputs inputs{.q = qkv[0],
                                        .k = qkv[1],
                                        .v = qkv[2],
                                        .mask = mask,
                                        .scale = logit_scale(),
                                        .dropout = next_dropout(options_.dropout, context),
                                        .statistics = context.attention_observer != nullptr};
  const kernels::AttentionOutputs attention = context.backend == BackendKind::kFused
                                                  ? kernels::attention(inputs)
                                                  : kernels::attention_reference(inputs);
  if (context.attention_observer != nullptr) {
    context.attention_observer->observe({.kind = options_.kind,
                                         .layer = options_.layer,
                                         .entropy = attention.entropy,
                                         .max_logit = attention.max_logit,
                                         .visible_keys = mask.visible_keys(),
                                         .query_lengths = mask.query_lengths()});
  }
  return out_.forward(attention.out.flatten(-2));
}

double MultiHeadAttentionImpl::logit_scale() const {
  const double head_size = static_cast<double>(options_.d_model / options_.heads);
  return 1.0 / (temperature_ * std::sqrt(head_size));
}

torch::Tensor MultiHeadAttentionImpl::attend(const torch::Tensor& query, const KvCache& cache,
                                             const torch::Tensor& mask) {
  const torch::Tensor q = query_heads(query).transpose(1, 2);  // [B, H, T, K]
  torch::Tensor logits = at::matmul(q, cache.keys().transpose(2, 3)).mul_(logit_scale());
  if (mask.defined()) logits.add_(mask.unsqueeze(1));
  const torch::Tensor mixed = at::matmul(at::softmax(logits, -1), cache.values());
  return out_.forward(mixed.transpose(1, 2).reshape(query.sizes()));
}

torch::Tensor MultiHeadAttentionImpl::step_self(const torch::Tensor& first, KvCache& cache) {
  const std::vector<torch::Tensor> qkv = first.split(options_.d_model, -1);
  cache.append(key_heads(qkv[1]).transpose(1, 2), split_heads(qkv[2]).transpose(1, 2));
  return attend(qkv[0], cache, {});
}

KvCache MultiHeadAttentionImpl::memory_cache(const torch::Tensor& memory) {
  const std::vector<torch::Tensor> kv = qkv_.forward(memory, 1).split(options_.d_model, -1);
  return {key_heads(kv[0]).transpose(1, 2).contiguous(),
          split_heads(kv[1]).transpose(1, 2).contiguous()};
}

torch::Tensor MultiHeadAttentionImpl::step_cross(const torch::Tensor& first, const KvCache& cache,
                                                 const torch::Tensor& mask) {
  // The rows of one sentence are queries of one product, so that its memory is there only once.
  const int64_t sentences = cache.keys().size(0);
  const torch::Tensor query = first.view({sentences, first.size(0) / sentences, options_.d_model});
  return attend(query, cache, mask).view(first.sizes());
}

}  // namespace nmt::layers
