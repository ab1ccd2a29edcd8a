#include "nmt/model/encoder.h"

#include "layers/recompute.h"
#include "layers/stream_observer.h"
#include "nmt/config/vocabulary_sizes.h"

namespace nmt::model {
namespace {

std::vector<int64_t> qkv_groups(config::SigmaGroups groups) {
  switch (groups) {
    case config::SigmaGroups::kSeparate:
      return {1, 1, 1};
    case config::SigmaGroups::kQkAndV:
      return {2, 1};
    case config::SigmaGroups::kQkv:
      return {3};
  }
  return {1, 1, 1};
}

}  // namespace

layers::LayerOptions layer_options(const config::ModelConfig& config, int64_t layer,
                                   layers::ResidualScale scale) {
  return {.d_model = config.d_model,
          .ffn_dim = config.ffn_dim,
          .heads = config.heads,
          .layer = layer,
          .residual = config.architecture.residual,
          .scale = scale,
          .linear = config.architecture.linear,
          .gamma_start = config::effective_gamma_init(config).value,
          .qkv_groups = qkv_groups(config.sigma_groups),
          .head_norm = config.architecture.head_norm,
          .activation = config.activation,
          .dropout = config.dropout,
          .attention_dropout = config.attention_dropout,
          .activation_dropout = config.activation_dropout};
}

EncoderImpl::EncoderImpl(const config::ModelConfig& config)
    : embedding(layers::make_embedding_matrix(
          *this, "embed", config::source_vocab_size(config), config.d_model,
          config.sigma_embeddings ? config.architecture.linear : layers::LinearKind::kPlain,
          config::effective_gamma_init(config).value)),
      dropout_(config.dropout),
      positions_(register_module(
          "positions", layers::Positions(config.positions, config.max_positions, config.d_model))) {
  const config::Architecture& arch = config.architecture;
  const layers::ResidualScheme& scheme = layers::residual_scheme(arch.residual);
  const layers::ResidualScale scale =
      scheme.encoder_scale({arch.encoder_layers, arch.decoder_layers});
  torch::nn::ModuleList list;
  for (int64_t i = 1; i <= arch.encoder_layers; ++i) {
    layers.emplace_back(layer_options(config, i, scale));
    list->push_back(layers.back());
  }
  register_module("layers", list);
  if (scheme.final_norm) norm_ = register_module("norm", layers::make_layer_norm(config.d_model));
}

torch::Tensor EncoderImpl::forward(const torch::Tensor& source, const torch::Tensor& positions,
                                   const kernels::AttentionMask& mask,
                                   const layers::ForwardContext& context) {
  layers::ResidualStream stream = layers::start_stream(
      layers::embed(*embedding, *positions_, source, positions, dropout_, context));
  const auto own_mask = std::make_shared<kernels::AttentionMask>(mask);
  for (size_t i = 0; i < layers.size(); ++i) {
    const auto pass = [layer = layers[i], own_mask](layers::ResidualStream& through,
                                                    const torch::Tensor&,
                                                    const layers::ForwardContext& now) mutable {
      layer->forward(through, *own_mask, now);
    };
    layers::run_layer(pass, stream, {}, context);
    if (context.stream_observer != nullptr) {
      context.stream_observer->observe(layers::Stack::kEncoder, static_cast<int64_t>(i) + 1,
                                       stream);
    }
  }
  return layers::end_stream(stream, norm_, context.backend);
}

std::vector<layers::StackedLinear*> EncoderImpl::linears() {
  std::vector<layers::StackedLinear*> all = {embedding.get()};
  for (layers::EncoderLayer& layer : layers) {
    for (layers::StackedLinear* linear : layer->linears()) all.push_back(linear);
  }
  return all;
}

}  // namespace nmt::model
