#include "nmt/model/encoder.h"

#include "layers/forward_observer.h"
#include "layers/recompute.h"
#include "nmt/config/vocabulary_sizes.h"

namespace nmt::model {

EncoderImpl::EncoderImpl(const config::ModelConfig& config)
    : embedding(layers::make_embedding_matrix(*this, "embed", config::source_vocab_size(config),
                                              config, config.sigma_embeddings)),
      dropout_(config.dropout),
      positions_(register_module(
          "positions", layers::Positions(config.positions, config.max_positions, config.d_model))) {
  const config::Architecture& arch = config.architecture;
  torch::nn::ModuleList list;
  for (int64_t i = 1; i <= arch.encoder_layers; ++i) {
    layers.emplace_back(config, i);
    list->push_back(layers.back());
  }
  register_module("layers", list);
  if (layers::residual_scheme(arch.residual).final_norm) {
    norm_ = register_module("norm", layers::Norm(arch.norm, config.d_model));
  }
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
    if (context.observer != nullptr) {
      context.observer->observe_layer(layers::Stack::kEncoder, static_cast<int64_t>(i) + 1, stream);
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
