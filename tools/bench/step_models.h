// The models and batches that the benches of a training step share.

#pragma once

#include <torch/types.h>

#include <algorithm>
#include <numeric>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "data/batch.h"
#include "data/text/error.h"
#include "nmt/config/arch_name.h"
#include "nmt/config/training_config.h"

namespace nmt::bench {

inline constexpr int64_t kEos = 2;
inline constexpr int64_t kVocabulary = 8000;

struct Size {
  std::string name;
  int64_t layers, d_model, ffn_dim, heads, batch_tokens;
};

inline const Size& size_of(const std::string& name) {
  static const std::vector<Size> kSizes = {{"base", 6, 512, 2048, 8, 4096},
                                           {"deep-thin", 18, 256, 1024, 4, 4096},
                                           {"deep-narrow", 18, 64, 256, 4, 2048}};
  for (const Size& size : kSizes) {
    if (size.name == name) return size;
  }
  throw UsageError("unknown model '", name, "'; base, deep-thin or deep-narrow");
}

inline config::TrainingConfig config_of(const Size& size, const std::string& arch) {
  config::TrainingConfig config;
  config.model.architecture =
      config::parse_architecture(arch + "-" + std::to_string(size.layers) + "L");
  config.model.d_model = size.d_model;
  config.model.ffn_dim = size.ffn_dim;
  config.model.heads = size.heads;
  config.model.vocab_size = kVocabulary;
  config.model.dropout = 0.1;
  return config;
}

// Batches of sentences of nearly one length, in random order.
inline std::vector<data::Batch> make_batches(int64_t tokens, size_t count) {
  std::mt19937 random(1);
  std::uniform_int_distribution<int64_t> length(15, 35), piece(3, kVocabulary - 1);
  std::vector<std::pair<int64_t, int64_t>> lengths(40000);
  for (auto& [target, source] : lengths) target = length(random), source = length(random);
  std::sort(lengths.begin(), lengths.end());
  std::vector<data::Batch> batches;
  for (size_t first = 0; first < lengths.size();) {
    size_t end = first;
    for (int64_t sum = 0; end < lengths.size() && sum < tokens; ++end) sum += lengths[end].first;
    const int64_t rows = static_cast<int64_t>(end - first);
    std::vector<int64_t> targets, sources;
    for (size_t i = first; i < end; ++i) {
      targets.push_back(lengths[i].first);
      sources.push_back(lengths[i].second);
    }
    const auto ids = [&](const std::vector<int64_t>& sides) {
      const torch::Tensor rows_of_ids =
          torch::full({rows, *std::max_element(sides.begin(), sides.end())}, kEos, torch::kInt64);
      for (int64_t r = 0; r < rows; ++r) {
        int64_t* row = rows_of_ids[r].mutable_data_ptr<int64_t>();
        std::generate_n(row, sides[r] - 1, [&] { return piece(random); });
      }
      return rows_of_ids;
    };
    std::vector<int64_t> pairs(end - first);
    std::iota(pairs.begin(), pairs.end(), static_cast<int64_t>(first));
    batches.push_back({.source = ids(sources),
                       .source_lengths = torch::tensor(sources),
                       .target = ids(targets),
                       .target_lengths = torch::tensor(targets),
                       .pairs = std::move(pairs)});
    first = end;
  }
  std::shuffle(batches.begin(), batches.end(), random);
  batches.resize(count);
  return batches;
}

// Floating-point operations of a step's matrix products, forward and backward, a target piece; both
// sides are equally long on average.
inline double flops_per_token(const Size& size) {
  const double d = static_cast<double>(size.d_model), f = static_cast<double>(size.ffn_dim);
  const double encoder = 4 * d * d + 2 * d * f, decoder = 8 * d * d + 2 * d * f;
  return 6.0 * (static_cast<double>(size.layers) * (encoder + decoder) + d * kVocabulary);
}

}  // namespace nmt::bench
