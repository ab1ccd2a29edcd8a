#include "nmt/model/transformer.h"

#include <limits>

#include "data/text/error.h"
#include "layers/kernels/packing.h"
#include "nmt/config/vocabulary_sizes.h"

namespace nmt::model {
namespace {

const config::ModelConfig& checked(const config::ModelConfig& config) {
  if (config.vocab_size <= 0) {
    throw UsageError("model: vocab-size must be positive, got ", config.vocab_size);
  }
  if (config::has_two_vocabularies(config) &&
      config.tie_embeddings == layers::EmbeddingTie::kThreeWay) {
    throw UsageError(
        "model: tie-embeddings three-way shares one matrix between source and target, ",
        "which have a vocabulary each; use two-way or none");
  }
  if (config.heads <= 0 || config.d_model % config.heads != 0) {
    throw UsageError("model: heads must divide d-model, got heads ", config.heads, " and d-model ",
                     config.d_model);
  }
  return config;
}

kernels::Packing packing_of(const Sentences& side) {
  return {side.lengths, side.pieces.size(1), side.pieces.device()};
}

// [R, 1, S]: 0 where visible, −∞ where not.
torch::Tensor additive_mask(const torch::Tensor& lengths, int64_t keys) {
  const torch::Tensor hidden = torch::arange(keys).unsqueeze(0) >= lengths.unsqueeze(1);
  return torch::zeros(hidden.sizes())
      .masked_fill_(hidden, -std::numeric_limits<double>::infinity())
      .unsqueeze(1);
}

}  // namespace

TransformerImpl::TransformerImpl(const config::ModelConfig& config)
    : encoder(register_module("encoder", Encoder(checked(config)))),
      decoder(register_module("decoder", Decoder(config, encoder->embedding))),
      config_(config) {
  for (const config::AttentionTemperature& setting : config.attention_temperature) {
    set_attention_temperature(setting);
  }
  if (config.tie_embeddings != layers::EmbeddingTie::kNone) {
    const auto owner = register_module("output", std::make_shared<torch::nn::Module>());
    output_.emplace(*owner, decoder->embedding, config.vocab_size);
    return;
  }
  untied_output_ = layers::make_embedding_matrix(*this, "output", config.vocab_size, config,
                                                 config.sigma_embeddings);
  layers::LinearPart owner = untied_output_->parts()[0];
  output_.emplace(*owner, untied_output_, config.vocab_size);
}

void TransformerImpl::to(torch::Device device, bool non_blocking) {
  for (layers::StackedLinear* linear : linears()) linear->move_to(device);
  Module::to(device, non_blocking);
}

torch::Tensor TransformerImpl::encode(const torch::Tensor& source,
                                      const torch::Tensor& source_lengths,
                                      const layers::ForwardContext& context) {
  const kernels::Packing packing(source_lengths, source.size(1), source.device());
  return packing.unpack(encode_packed(source, source_lengths, packing, context));
}

torch::Tensor TransformerImpl::encode_packed(const torch::Tensor& source,
                                             const torch::Tensor& source_lengths,
                                             const kernels::Packing& packing,
                                             const layers::ForwardContext& context) {
  const kernels::AttentionMask mask(source_lengths, source_lengths, source.size(1), source.size(1),
                                    /*causal=*/false);
  return encoder->forward(packing.pack(source), packing.positions(), mask, context);
}

torch::Tensor TransformerImpl::features(const Sentences& source, const Sentences& input,
                                        const layers::ForwardContext& context) {
  return decode_packed(source, input, packing_of(input), context);
}

torch::Tensor TransformerImpl::decode_packed(const Sentences& source, const Sentences& input,
                                             const kernels::Packing& packing,
                                             const layers::ForwardContext& context) {
  const int64_t S = source.pieces.size(1), T = input.pieces.size(1);
  layers::ForwardContext side = context;
  side.first_row = source.first_row;
  const torch::Tensor memory =
      encode_packed(source.pieces, source.lengths, packing_of(source), side);
  const kernels::AttentionMask self_mask(input.lengths, input.lengths, T, T, /*causal=*/true);
  const kernels::AttentionMask cross_mask(input.lengths, source.lengths, T, S, /*causal=*/false);
  side.first_row = input.first_row;
  return decoder->forward(packing.pack(input.pieces), packing.positions(), memory, self_mask,
                          cross_mask, side);
}

torch::Tensor TransformerImpl::logits(const torch::Tensor& features) {
  return output_->forward(features);
}

layers::LossSums TransformerImpl::loss(const data::Batch& batch, double smoothing,
                                       const layers::ForwardContext& context) {
  const torch::Device place = device();
  const Sentences source = {batch.source.to(place), batch.source_lengths,
                            batch.source_tokens_before};
  const Sentences input = {data::decoder_input(batch).to(place), batch.target_lengths,
                           batch.target_tokens_before};
  const kernels::Packing packing = packing_of(input);
  return output_->loss(decode_packed(source, input, packing, context),
                       packing.pack(batch.target.to(place)), smoothing, context.backend);
}

DecoderState TransformerImpl::start_decoding(const torch::Tensor& memory,
                                             const torch::Tensor& source_lengths) {
  DecoderState state;
  state.memory_mask = additive_mask(source_lengths, memory.size(1)).to(memory.device());
  for (layers::DecoderLayer& layer : decoder->layers) {
    state.layers.push_back({.self = {}, .cross = layer->cross_attn->memory_cache(memory)});
  }
  return state;
}

torch::Tensor TransformerImpl::decode_step(const torch::Tensor& pieces, DecoderState& state) {
  const torch::Tensor features =
      decoder->step(pieces, state.position, state.layers, state.memory_mask);
  ++state.position;
  return logits(features);
}

void TransformerImpl::select_rows(DecoderState& state, const torch::Tensor& rows) {
  for (layers::DecoderLayerCache& cache : state.layers) cache.self.select_rows(rows);
}

void TransformerImpl::select_sentences(DecoderState& state, const torch::Tensor& sentences) {
  state.memory_mask = state.memory_mask.index_select(0, sentences);
  for (layers::DecoderLayerCache& cache : state.layers) cache.cross.select_rows(sentences);
}

std::vector<layers::StackedLinear*> TransformerImpl::linears() {
  std::vector<layers::StackedLinear*> all = encoder->linears();
  for (layers::StackedLinear* linear : decoder->linears()) all.push_back(linear);
  if (untied_output_) all.push_back(untied_output_.get());
  return all;
}

std::vector<layers::MultiHeadAttention> TransformerImpl::attention_layers(
    layers::AttentionKind kind) {
  std::vector<layers::MultiHeadAttention> all;
  if (kind == layers::AttentionKind::kEncoderSelf) {
    for (layers::EncoderLayer& layer : encoder->layers) all.push_back(layer->self_attn);
    return all;
  }
  for (layers::DecoderLayer& layer : decoder->layers) {
    const bool cross = kind == layers::AttentionKind::kCross;
    all.push_back(cross ? layer->cross_attn : layer->self_attn);
  }
  return all;
}

void TransformerImpl::set_attention_temperature(const config::AttentionTemperature& setting) {
  for (const layers::AttentionKind kind : layers::kAttentionKinds) {
    std::vector<layers::MultiHeadAttention> attention = attention_layers(kind);
    for (size_t i = 0; i < attention.size(); ++i) {
      if (!setting.covers(kind, static_cast<int64_t>(i) + 1)) continue;
      attention[i]->set_temperature(setting.temperature);
    }
  }
}

std::vector<torch::Tensor> TransformerImpl::leaves() {
  std::vector<torch::Tensor> all;
  for (layers::StackedLinear* linear : linears()) {
    for (const torch::Tensor& leaf : linear->leaves()) all.push_back(leaf);
  }
  // Norms, learned positions and the output bias; parts of stacks do not require gradients.
  for (const torch::Tensor& parameter : parameters()) {
    if (parameter.requires_grad()) all.push_back(parameter);
  }
  return all;
}

}  // namespace nmt::model
