#include "nmt/model/init.h"

#include <ATen/CPUGeneratorImpl.h>

#include <algorithm>
#include <cmath>

#include "layers/admin_profile.h"
#include "layers/kernels/packing.h"
#include "nmt/config/vocabulary_sizes.h"

namespace nmt::model {
namespace {

void draw_normal(torch::Tensor tensor, double deviation, at::Generator& generator) {
  tensor.normal_(0.0, deviation, generator);
}

void draw_xavier(const layers::LinearPart& part, double gain, at::Generator& generator) {
  const double fans = static_cast<double>(part->weight.size(0) + part->weight.size(1));
  draw_normal(part->weight, gain * std::sqrt(2.0 / fans), generator);
}

struct Gains {
  double qkv;
  double beta;
};

Gains gains_of(const config::ModelConfig& config, layers::Stack stack, int64_t layer) {
  return {.qkv = layers::residual_scheme(config.architecture.residual).qkv_gain,
          .beta = layers::initial_scale(config.architecture, stack, layer).beta};
}

void draw_attention(layers::MultiHeadAttention& attention, Gains gains, at::Generator& generator) {
  const std::vector<layers::StackedLinear*> linears = attention->linears();
  draw_xavier(linears[0]->parts()[0], gains.qkv, generator);
  draw_xavier(linears[0]->parts()[1], gains.qkv, generator);
  draw_xavier(linears[0]->parts()[2], gains.qkv * gains.beta, generator);
  draw_xavier(linears[1]->parts()[0], gains.beta, generator);
}

void draw_feed_forward(layers::FeedForward& ffn, double beta, at::Generator& generator) {
  for (layers::StackedLinear* linear : ffn->linears()) {
    for (const layers::LinearPart& part : linear->parts()) draw_xavier(part, beta, generator);
  }
}

void draw_embeddings(Transformer& model, at::Generator& generator) {
  const double deviation = 1.0 / std::sqrt(static_cast<double>(model->config().d_model));
  for (const auto& parameter : model->named_parameters()) {
    const std::string& name = parameter.key();
    const bool embedding = name == "encoder.embed.weight" || name == "decoder.embed.weight" ||
                           name == "output.weight" || name.ends_with("positions.weight");
    if (embedding) draw_normal(parameter.value(), deviation, generator);
  }
}

constexpr int64_t kProfiledSentences = 16;
constexpr int64_t kProfiledLength = 24;

// One forward pass of random pieces through both sides sets every ω.
void profile_admin(Transformer& model, at::Generator& generator) {
  const config::ModelConfig& config = model->config();
  const int64_t B = kProfiledSentences, T = std::min(kProfiledLength, config.max_positions);
  const auto draw_pieces = [&](int64_t vocab_size) {
    return torch::randint(vocab_size, {B * T}, generator, torch::kInt64);
  };
  const torch::Tensor target = draw_pieces(config.vocab_size);
  const torch::Tensor source =
      config::has_two_vocabularies(config) ? draw_pieces(config.source_vocab_size) : target;
  const torch::Tensor lengths = torch::full({B}, T, torch::kInt64);
  const torch::Tensor positions = kernels::Packing(lengths, T).positions();
  const kernels::AttentionMask full(lengths, lengths, T, T, /*causal=*/false);
  const kernels::AttentionMask causal(lengths, lengths, T, T, /*causal=*/true);
  layers::AdminProfile encoder, decoder;
  const torch::Tensor memory =
      model->encoder->forward(source, positions, full, {.observer = &encoder});
  model->decoder->forward(target, positions, memory, causal, full, {.observer = &decoder});
}

}  // namespace

void initialize(Transformer& model, uint64_t seed) {
  torch::NoGradGuard no_grad;
  at::Generator generator = at::make_generator<at::CPUGeneratorImpl>(seed);
  draw_embeddings(model, generator);
  int64_t place = 0;
  for (layers::EncoderLayer& layer : model->encoder->layers) {
    const Gains gains = gains_of(model->config(), layers::Stack::kEncoder, ++place);
    draw_attention(layer->self_attn, gains, generator);
    draw_feed_forward(layer->ffn, gains.beta, generator);
  }
  place = 0;
  for (layers::DecoderLayer& layer : model->decoder->layers) {
    const Gains gains = gains_of(model->config(), layers::Stack::kDecoder, ++place);
    draw_attention(layer->self_attn, gains, generator);
    draw_attention(layer->cross_attn, gains, generator);
    draw_feed_forward(layer->ffn, gains.beta, generator);
  }
  for (layers::StackedLinear* linear : model->linears()) linear->initialize_parametrization();
  if (model->config().architecture.residual == layers::ResidualKind::kAdmin) {
    profile_admin(model, generator);
  }
}

}  // namespace nmt::model
