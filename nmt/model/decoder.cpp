#include "nmt/model/decoder.h"

#include "nmt/model/encoder.h"

namespace nmt::model {

DecoderImpl::DecoderImpl(const config::ModelConfig& config,
                         const std::shared_ptr<layers::StackedLinear>& source_embedding)
    : owns_embedding_(config.tie_embeddings != layers::EmbeddingTie::kThreeWay),
      dropout_(config.dropout),
      positions_(register_module(
          "positions", layers::Positions(config.positions, config.max_positions, config.d_model))) {
  embedding = owns_embedding_ ? layers::make_embedding_matrix(
                                    *this, "embed", config.vocab_size, config.d_model,
                                    config.sigma_embeddings ? config.architecture.linear
                                                            : layers::LinearKind::kPlain,
                                    config::effective_gamma_init(config).value)
                              : source_embedding;
  const config::Architecture& arch = config.architecture;
  const layers::ResidualScheme& scheme = layers::residual_scheme(arch.residual);
  const layers::ResidualScale scale =
      scheme.decoder_scale({arch.encoder_layers, arch.decoder_layers});
  torch::nn::ModuleList list;
  for (int64_t i = 1; i <= arch.decoder_layers; ++i) {
    layers.emplace_back(layer_options(config, i, scale));
    list->push_back(layers.back());
  }
  register_module("layers", list);
  if (scheme.final_norm) norm_ = register_module("norm", layers::make_layer_norm(config.d_model));
}

torch::Tensor DecoderImpl::forward(const torch::Tensor& input, const torch::Tensor& memory,
                                   const kernels::AttentionMask& self_mask,
                                   const kernels::AttentionMask& cross_mask,
                                   const layers::ForwardContext& context) {
  torch::Tensor x = layers::embed(*embedding, *positions_, input, 0, dropout_, context);
  for (layers::DecoderLayer& layer : layers) {
    x = layer->forward(x, memory, self_mask, cross_mask, context);
  }
  return norm_ ? norm_->forward(x) : x;
}

torch::Tensor DecoderImpl::step(const torch::Tensor& pieces, int64_t position,
                                std::vector<layers::DecoderLayerCache>& caches,
                                const torch::Tensor& memory_mask) {
  torch::Tensor x =
      layers::embed(*embedding, *positions_, pieces.unsqueeze(1), position, dropout_, {});
  for (size_t i = 0; i < layers.size(); ++i) x = layers[i]->step(x, caches[i], memory_mask);
  return (norm_ ? norm_->forward(x) : x).squeeze(1);
}

std::vector<layers::StackedLinear*> DecoderImpl::linears() {
  std::vector<layers::StackedLinear*> all;
  if (owns_embedding_) all.push_back(embedding.get());
  for (layers::DecoderLayer& layer : layers) {
    for (layers::StackedLinear* linear : layer->linears()) all.push_back(linear);
  }
  return all;
}

}  // namespace nmt::model
