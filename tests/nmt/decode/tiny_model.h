// Small real Transformers with random weights, and a vocabulary trained on a few sentences.

#pragma once

#include <memory>
#include <string>
#include <vector>

#include "data/subword.h"
#include "data/vocabulary.h"
#include "nmt/model/init.h"
#include "nmt/model/transformer.h"

namespace nmt::decode::testing {

inline std::vector<std::string> tiny_sentences() {
  return {"a small dog runs over the green grass",
          "two men are sitting on a bench",
          "the child",
          "a woman in a red coat reads a book beside the old stone bridge",
          "people walk",
          "an old man plays the violin while three children listen to him",
          "dogs and cats and birds",
          "she opens the window of the house"};
}

inline std::shared_ptr<const data::Vocabulary> tiny_vocabulary() {
  const std::vector<std::string> sentences = tiny_sentences();
  return std::make_shared<const data::Vocabulary>(data::train_vocabulary(
      std::span<const std::string>(sentences), data::SubwordOptions{.vocab_size = 60}));
}

inline config::ModelConfig tiny_config(int64_t vocab_size) {
  config::ModelConfig config;
  config.architecture.encoder_layers = 2;
  config.architecture.decoder_layers = 2;
  config.d_model = 16;
  config.ffn_dim = 32;
  config.heads = 2;
  config.vocab_size = vocab_size;
  config.max_positions = 64;
  return config;
}

inline model::Transformer random_model(const config::ModelConfig& config, uint64_t seed) {
  model::Transformer model(config);
  model::initialize(model, seed);
  return model;
}

/// Makes `piece` the most probable next piece of every prefix.
inline void prefer(model::Transformer& model, int64_t piece) {
  const torch::NoGradGuard no_grad;
  torch::Tensor bias = model->named_parameters()["output.bias"];
  bias.zero_();
  bias[piece] = 1000.0;
}

}  // namespace nmt::decode::testing
