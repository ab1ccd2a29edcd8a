#include "nmt/model/decoder.h"

#include "layers/forward_observer.h"
#include "layers/recompute.h"

namespace nmt::model {

DecoderImpl::DecoderImpl(const config::ModelConfig& config,
                         const std::shared_ptr<layers::StackedLinear>& source_embedding)
    : owns_embedding_(config.tie_embeddings != layers::EmbeddingTie::kThreeWay),
      dropout_(config.dropout),
      positions_(register_module(
          "positions", layers::Positions(config.positions, config.max_positions, config.d_model))) {
  embedding = owns_embedding_ ? layers::make_embedding_matrix(*this, "embed", config.vocab_size,
                                                              config, config.sigma_embeddings)
                              : source_embedding;
  const config::Architecture& arch = config.architecture;
  torch::nn::ModuleList list;
  for (int64_t i = 1; i <= arch.decoder_layers; ++i) {
    layers.emplace_back(config, i);
    list->push_back(layers.back());
  }
  register_module("layers", list);
  if (layers::residual_scheme(arch.residual).final_norm) {
    norm_ = register_module("norm", layers::Norm(arch.norm, config.d_model));
  }
}

torch::Tensor DecoderImpl::forward(const torch::Tensor& input, const torch::Tensor& positions,
                                   const torch::Tensor& memory,
                                   const kernels::AttentionMask& self_mask,
                                   const kernels::AttentionMask& cross_mask,
                                   const layers::ForwardContext& context) {
  layers::ResidualStream stream = layers::start_stream(
      layers::embed(*embedding, *positions_, input, positions, dropout_, context));
  const auto self = std::make_shared<kernels::AttentionMask>(self_mask);
  const auto cross = std::make_shared<kernels::AttentionMask>(cross_mask);
  for (size_t i = 0; i < layers.size(); ++i) {
    const auto pass = [layer = layers[i], self, cross](layers::ResidualStream& through,
                                                       const torch::Tensor& from,
                                                       const layers::ForwardContext& now) mutable {
      layer->forward(through, from, *self, *cross, now);
    };
    layers::run_layer(pass, stream, memory, context);
    if (context.observer != nullptr) {
      context.observer->observe_layer(layers::Stack::kDecoder, static_cast<int64_t>(i) + 1, stream);
    }
  }
  return layers::end_stream(stream, norm_, context.backend);
}

torch::Tensor DecoderImpl::step(const torch::Tensor& pieces, int64_t position,
                                std::vector<layers::DecoderLayerCache>& caches,
                                const torch::Tensor& memory_mask) {
  const layers::ForwardContext evaluation;
  const torch::Tensor at = torch::full({1}, position, torch::kInt64);
  layers::ResidualStream stream = layers::start_stream(
      layers::embed(*embedding, *positions_, pieces, at, dropout_, evaluation).unsqueeze(1));
  for (size_t i = 0; i < layers.size(); ++i) layers[i]->step(stream, caches[i], memory_mask);
  return layers::end_stream(stream, norm_, evaluation.backend).squeeze(1);
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
