// Sizes of a model's vocabularies where it may have one or two.

#pragma once

#include <cstdint>

#include "nmt/config/model_config.h"

namespace nmt::config {

/// Pieces of the vocabulary that sources are cut with.
inline int64_t source_vocab_size(const ModelConfig& config) {
  return config.source_vocab_size > 0 ? config.source_vocab_size : config.vocab_size;
}

/// Whether sources have a vocabulary of their own.
inline bool has_two_vocabularies(const ModelConfig& config) {
  return config.source_vocab_size > 0;
}

}  // namespace nmt::config
