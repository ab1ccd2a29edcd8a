#include "layers/multi_head_attention.h"

#include <cmath>

#include "layers/dropout.h"
#include "layers/forward_observer.h"
#include "layers/kernels/split_heads.h"

namespace nmt::layers {
namespace {

std::vector<int64_t> sizes_of(SigmaGroups groups) {
  switch (groups) {
    case SigmaGroups::kSeparate:
      return {1, 1, 1};
    case SigmaGroups::kQkAndV:
      return {2, 1};
    case SigmaGroups::kQkv:
      return {3};
  }
  return {1, 1, 1};
}

StackedLinearOptions qkv_options(const BlockOptions& options, AttentionKind kind) {
  const int64_t D = options.d_model;
  const bool cross = kind == AttentionKind::kCross;
  return {.in_features = D,
          .parts = {{"q_proj", D}, {"k_proj", D}, {"v_proj", D}},
          .products = cross ? std::vector<int64_t>{1, 2} : std::vector<int64_t>{3},
          .groups = sizes_of(options.sigma_groups),
          .kind = options.architecture.linear,
          .gamma_start = gamma_start(options)};
}

torch::Tensor normalised(const torch::Tensor& heads, const HeadNorm& norm) {
  return norm ? norm->forward(heads) : heads;
}

}  // namespace

MultiHeadAttentionImpl::MultiHeadAttentionImpl(const BlockOptions& options, AttentionKind kind,
                                               int64_t layer)
    : options_(options),
      kind_(kind),
      layer_(layer),
      qkv_(*this, qkv_options(options, kind)),
      out_(*this, single_linear("out_proj", options.d_model, options.d_model, options)) {
  TORCH_CHECK(options.heads > 0 && options.d_model % options.heads == 0,
              "attention: heads must divide d_model, got ", options.heads, " and ",
              options.d_model);
  if (options.architecture.head_norm == HeadNormKind::kLayerNorm) {
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
  if (kind_ != AttentionKind::kCross) {
    parts = kernels::split_heads(first, 3, options_.heads);
  } else {
    parts = kernels::split_heads(qkv_.forward(memory, 1), 2, options_.heads);
    parts.insert(parts.begin(), split_heads(first));
  }
  parts[0] = normalised(parts[0], q_norm_);
  parts[1] = normalised(parts[1], k_norm_);
  return parts;
}

void MultiHeadAttentionImpl::run(const Sublayer& path, ResidualStream& stream,
                                 const torch::Tensor& memory, const kernels::AttentionMask& mask,
                                 const ForwardContext& context) {
  if (context.observer != nullptr && context.observer->wants_inputs()) {
    const torch::Tensor input = path.branch_input(stream, context.backend);
    context.observer->observe_inputs({.kind = kind_,
                                      .layer = layer_,
                                      .attention = *this,
                                      .query_input = input,
                                      .key_input = kind_ == AttentionKind::kCross ? memory : input,
                                      .mask = mask});
  }
  path.run(stream, qkv_.product(), context,
           [&](const torch::Tensor& first) { return forward(first, memory, mask, context); });
}

torch::Tensor MultiHeadAttentionImpl::forward(const torch::Tensor& first,
                                              const torch::Tensor& memory,
                                              const kernels::AttentionMask& mask,
                                              const ForwardContext& context) {
  const std::vector<torch::Tensor> qkv = heads(first, memory);
  const bool observed = context.observer != nullptr && context.observer->wants_rows();
  const kernels::AttentionInputs inputs{
      .q = qkv[0],
      .k = qkv[1],
      .v = qkv[2],
      .mask = mask,
      .scale = logit_scale(),
      .dropout = next_dropout(options_.attention_dropout, context),
      .statistics = observed};
  const kernels::AttentionOutputs attention = context.backend == BackendKind::kFused
                                                  ? kernels::attention(inputs)
                                                  : kernels::attention_reference(inputs);
  if (observed) {
    context.observer->observe_rows({.kind = kind_,
                                    .layer = layer_,
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

void MultiHeadAttentionImpl::step_self(const Sublayer& path, ResidualStream& stream,
                                       KvCache& cache) {
  path.run(stream, qkv_.product(), {}, [&](const torch::Tensor& first) {
    const std::vector<torch::Tensor> qkv = first.split(options_.d_model, -1);
    cache.append(key_heads(qkv[1]).transpose(1, 2), split_heads(qkv[2]).transpose(1, 2));
    return attend(qkv[0], cache, {});
  });
}

KvCache MultiHeadAttentionImpl::memory_cache(const torch::Tensor& memory) {
  const std::vector<torch::Tensor> kv = qkv_.forward(memory, 1).split(options_.d_model, -1);
  return {key_heads(kv[0]).transpose(1, 2).contiguous(),
          split_heads(kv[1]).transpose(1, 2).contiguous()};
}

void MultiHeadAttentionImpl::step_cross(const Sublayer& path, ResidualStream& stream,
                                        const KvCache& cache, const torch::Tensor& mask) {
  path.run(stream, qkv_.product(), {}, [&](const torch::Tensor& first) {
    // The rows of one sentence are queries of one product, so that its memory is there only once.
    const int64_t sentences = cache.keys().size(0);
    const torch::Tensor query =
        first.view({sentences, first.size(0) / sentences, options_.d_model});
    return attend(query, cache, mask).view(first.sizes());
  });
}

}  // namespace nmt::layers
