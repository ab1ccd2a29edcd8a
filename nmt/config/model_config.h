// What a model is: structure and sizes. Together with the vocabulary it fixes every tensor's shape.

#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "layers/block_options.h"
#include "nmt/config/attention_temperature.h"
#include "nmt/config/length_bound.h"

namespace nmt::config {

using layers::Architecture;

/// Structure and sizes of one encoder-decoder model: its layers, and what stands around them.
struct ModelConfig : layers::BlockOptions {
  int64_t vocab_size = 0;  ///< V, set from the vocabulary (the target's, where there are two).
  int64_t source_vocab_size = 0;  ///< Of a source vocabulary of its own; 0: one for both.
  layers::PositionKind positions = layers::PositionKind::kSinusoidal;
  int64_t max_positions = 1024;  ///< Longest side in pieces, `</s>` included.
  /// Longest translation; unset: max_positions.
  std::optional<LengthBound> length_bound;
  layers::EmbeddingTie tie_embeddings = layers::EmbeddingTie::kThreeWay;
  bool sigma_embeddings = false;  ///< σReparam on embeddings and output projection too.
  std::vector<AttentionTemperature> attention_temperature;  ///< Empty: 1 everywhere.
};

}  // namespace nmt::config
