// Small models in the midst of training, with every kind of weights, and what they say.

#pragma once

#include <string>

#include "nmt/checkpoint/checkpoint.h"
#include "nmt/model/init.h"
#include "nmt/model/parameters.h"
#include "tests/nmt/model/small_config.h"

namespace nmt::model::testing {

inline config::ModelConfig small_config(const char* architecture) {
  config::ModelConfig config = model::small_config();
  config.architecture = config::parse_architecture(architecture);
  config.vocab_size = 13;
  return config;
}

inline config::ModelConfig sigma_config(layers::SigmaGroups groups, bool embeddings) {
  config::ModelConfig config = small_config("postln-sigma-2L-1L");
  config.sigma_groups = groups;
  config.sigma_embeddings = embeddings;
  return config;
}

/// γ and weights have moved away from where they started.
inline Transformer trained_model(const config::ModelConfig& config, uint64_t seed) {
  const torch::NoGradGuard no_grad;
  Transformer transformer(config);
  initialize(transformer, seed);
  torch::manual_seed(seed);
  for (auto& [name, tensor] : named_parameters(transformer)) {
    tensor.add_(torch::randn_like(tensor), 0.1);
  }
  advance(transformer);
  return transformer;
}

inline checkpoint::ModelFolder folder_of(Transformer& transformer) {
  return {.config = transformer->config(),
          .tensors = named_tensors(transformer),
          .vocabulary = std::string("a vocabulary")};
}

inline torch::Tensor logits_of(Transformer& transformer) {
  const torch::NoGradGuard no_grad;
  transformer->eval();
  const torch::Tensor source = torch::tensor({{5, 6, 7, 2}, {8, 2, 0, 0}}, torch::kInt64);
  const torch::Tensor lengths = torch::tensor({4, 2}, torch::kInt64);
  const torch::Tensor input = torch::tensor({{2, 9, 10}, {2, 11, 0}}, torch::kInt64);
  const torch::Tensor target_lengths = torch::tensor({3, 2}, torch::kInt64);
  return transformer->logits(transformer->features({source, lengths}, {input, target_lengths}, {}));
}

/// The tensor called `name`; undefined if there is none.
inline torch::Tensor find(const NamedTensors& tensors, const std::string& name) {
  for (const auto& [key, tensor] : tensors) {
    if (key == name) return tensor;
  }
  return {};
}

inline double largest_difference(const torch::Tensor& a, const torch::Tensor& b) {
  return (a.to(torch::kFloat64) - b.to(torch::kFloat64)).abs().max().item<double>();
}

}  // namespace nmt::model::testing
