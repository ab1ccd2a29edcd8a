// The other side of bench_train_step: the same Transformer as anybody would write it with
// LibTorch's modules: scaled_dot_product_attention, LayerNorm, cross_entropy with label smoothing,
// tied embeddings. Header only, for the bench alone.
//
// Shape letters: B batch, S source length, T target length, D model, H heads, V vocabulary.

#pragma once

#include <torch/torch.h>

#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "data/batch.h"
#include "nmt/config/model_config.h"

namespace nmt::bench {

struct PlainAttentionImpl : torch::nn::Module {
  PlainAttentionImpl(int64_t d_model, int64_t heads)
      : heads_(heads),
        q(register_module("q", torch::nn::Linear(d_model, d_model))),
        k(register_module("k", torch::nn::Linear(d_model, d_model))),
        v(register_module("v", torch::nn::Linear(d_model, d_model))),
        out(register_module("out", torch::nn::Linear(d_model, d_model))) {}

  torch::Tensor split(const torch::Tensor& x) const {
    return x.view({x.size(0), x.size(1), heads_, x.size(2) / heads_}).transpose(1, 2);
  }

  torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& memory,
                        const std::optional<torch::Tensor>& mask, bool causal) {
    const torch::Tensor attended = at::scaled_dot_product_attention(
        split(q(x)), split(k(memory)), split(v(memory)), mask, 0.0, causal);
    return out(attended.transpose(1, 2).reshape(x.sizes()));
  }

  int64_t heads_;
  torch::nn::Linear q, k, v, out;
};
TORCH_MODULE(PlainAttention);

struct PlainLayerImpl : torch::nn::Module {
  PlainLayerImpl(const config::ModelConfig& config, bool decodes)
      : pre_(config.architecture.residual == layers::ResidualKind::kPreLn),
        dropout_(config.dropout) {
    self = register_module("self", PlainAttention(config.d_model, config.heads));
    if (decodes) {
      cross = register_module("cross", PlainAttention(config.d_model, config.heads));
    }
    fc1 = register_module("fc1", torch::nn::Linear(config.d_model, config.ffn_dim));
    fc2 = register_module("fc2", torch::nn::Linear(config.ffn_dim, config.d_model));
    for (int i = 0; i < (decodes ? 3 : 2); ++i) {
      norms.push_back(
          register_module("norm" + std::to_string(i),
                          torch::nn::LayerNorm(torch::nn::LayerNormOptions({config.d_model}))));
    }
  }

  template <class Branch>
  torch::Tensor sublayer(size_t i, const torch::Tensor& x, const Branch& branch) {
    const torch::Tensor read = pre_ ? norms[i](x) : x;
    const torch::Tensor sum = x + torch::dropout(branch(read), dropout_, /*train=*/true);
    return pre_ ? sum : norms[i](sum);
  }

  torch::Tensor forward(torch::Tensor x, const torch::Tensor& memory,
                        const std::optional<torch::Tensor>& mask) {
    size_t i = 0;
    const bool decodes = !cross.is_empty();
    x = sublayer(i++, x, [&](const torch::Tensor& read) {
      return self(read, read, decodes ? std::nullopt : mask, decodes);
    });
    if (decodes) {
      x = sublayer(i++, x,
                   [&](const torch::Tensor& read) { return cross(read, memory, mask, false); });
    }
    return sublayer(i, x, [&](const torch::Tensor& read) { return fc2(at::relu(fc1(read))); });
  }

  bool pre_;
  double dropout_;
  PlainAttention self{nullptr}, cross{nullptr};
  torch::nn::Linear fc1{nullptr}, fc2{nullptr};
  std::vector<torch::nn::LayerNorm> norms;
};
TORCH_MODULE(PlainLayer);

struct PlainTransformerImpl : torch::nn::Module {
  explicit PlainTransformerImpl(const config::ModelConfig& config)
      : config_(config),
        embedding(
            register_module("embedding", torch::nn::Embedding(config.vocab_size, config.d_model))) {
    torch::nn::init::normal_(embedding->weight, 0.0, 1.0 / std::sqrt(config.d_model));
    for (int64_t i = 0; i < config.architecture.encoder_layers; ++i) {
      encoder.push_back(register_module("encoder" + std::to_string(i), PlainLayer(config, false)));
    }
    for (int64_t i = 0; i < config.architecture.decoder_layers; ++i) {
      decoder.push_back(register_module("decoder" + std::to_string(i), PlainLayer(config, true)));
    }
    if (config.architecture.residual == layers::ResidualKind::kPreLn) {
      const auto norm = torch::nn::LayerNormOptions({config.d_model});
      encoder_norm = register_module("encoder_norm", torch::nn::LayerNorm(norm));
      decoder_norm = register_module("decoder_norm", torch::nn::LayerNorm(norm));
    }
    positions_ = register_buffer("positions", sinusoids(128, config.d_model));
  }

  static torch::Tensor sinusoids(int64_t length, int64_t d_model) {
    const torch::Tensor rates =
        torch::pow(10000.0, -torch::arange(0, d_model, 2).to(torch::kFloat32) / d_model);
    const torch::Tensor angles = torch::arange(length).unsqueeze(1) * rates;
    return at::cat({angles.sin(), angles.cos()}, 1);
  }

  torch::Tensor embed(const torch::Tensor& ids) {
    const torch::Tensor x =
        embedding(ids) * std::sqrt(config_.d_model) + positions_.narrow(0, 0, ids.size(1));
    return torch::dropout(x, config_.dropout, /*train=*/true);
  }

  /// Mean smoothed cross-entropy of the batch's real target pieces.
  torch::Tensor loss(const data::Batch& batch, double smoothing) {
    const torch::Device device = embedding->weight.device();
    const torch::Tensor source = batch.source.to(device), target = batch.target.to(device);
    const auto real = [](const torch::Tensor& lengths, int64_t longest) {
      return torch::arange(longest).unsqueeze(0) < lengths.unsqueeze(1);
    };
    std::optional<torch::Tensor> mask;
    const torch::Tensor visible = real(batch.source_lengths, batch.source.size(1));
    if (!visible.all().item<bool>()) mask = visible.unsqueeze(1).unsqueeze(1).to(device);
    torch::Tensor memory = embed(source);
    for (PlainLayer& layer : encoder) memory = layer(memory, torch::Tensor(), mask);
    if (encoder_norm) memory = encoder_norm(memory);
    torch::Tensor x = embed(data::decoder_input(batch).to(device));
    for (PlainLayer& layer : decoder) x = layer(x, memory, mask);
    if (decoder_norm) x = decoder_norm(x);
    const torch::Tensor kept =
        real(batch.target_lengths, batch.target.size(1)).flatten().nonzero().squeeze(1).to(device);
    const torch::Tensor logits =
        at::linear(x.flatten(0, 1).index_select(0, kept), embedding->weight);
    return at::cross_entropy_loss(logits, target.flatten().index_select(0, kept), {},
                                  at::Reduction::Mean, -100, smoothing);
  }

  config::ModelConfig config_;
  torch::nn::Embedding embedding;
  std::vector<PlainLayer> encoder, decoder;
  torch::nn::LayerNorm encoder_norm{nullptr}, decoder_norm{nullptr};
  torch::Tensor positions_;
};
TORCH_MODULE(PlainTransformer);

}  // namespace nmt::bench
