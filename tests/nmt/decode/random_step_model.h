// A model whose next-piece scores are random numbers fixed by (seed, sentence, whole prefix): the
// hardest case for a search, since no two prefixes agree about anything.

#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "nmt/decode/step_model.h"

namespace nmt::decode::testing {

using Pieces = std::vector<int64_t>;

struct RandomTable {
  uint64_t seed;
  int64_t vocabulary;
  double spread = 2.0;  ///< Standard deviation of the logits.

  /// Logits [V] after `prefix` (without the first `</s>`) of `sentence`.
  std::vector<float> logits(int64_t sentence, const Pieces& prefix) const {
    std::vector<uint32_t> key = {static_cast<uint32_t>(seed), static_cast<uint32_t>(sentence)};
    for (const int64_t piece : prefix) key.push_back(static_cast<uint32_t>(piece));
    std::seed_seq sequence(key.begin(), key.end());
    std::mt19937 random(sequence);
    std::normal_distribution<float> normal(0.0f, static_cast<float>(spread));
    std::vector<float> row(vocabulary);
    for (float& logit : row) logit = normal(random);
    return row;
  }
};

class RandomStepModel : public StepModel {
 public:
  RandomStepModel(const RandomTable& table, std::vector<int64_t> sentences)
      : table_(table), rows_(sentences.size()), sentence_of_row_(std::move(sentences)) {}

  int64_t sentences() const override { return static_cast<int64_t>(rows_.size()); }

  torch::Tensor step(const torch::Tensor& pieces, const torch::Tensor& parents) override {
    std::vector<Pieces> longer;
    std::vector<int64_t> sentence_of_row;
    torch::Tensor logits = torch::empty({pieces.size(0), table_.vocabulary});
    for (int64_t r = 0; r < pieces.size(0); ++r) {
      const int64_t parent = parents[r].item<int64_t>();
      longer.push_back(rows_.at(parent));
      if (steps_ > 0) longer.back().push_back(pieces[r].item<int64_t>());
      sentence_of_row.push_back(sentence_of_row_.at(parent));
      logits[r] = torch::tensor(table_.logits(sentence_of_row.back(), longer.back()));
    }
    rows_ = std::move(longer);
    sentence_of_row_ = std::move(sentence_of_row);
    ++steps_;
    row_steps_ += pieces.size(0);
    return logits;
  }

  int64_t steps() const { return steps_; }
  int64_t row_steps() const { return row_steps_; }  ///< Rows fed in all steps together.

 private:
  RandomTable table_;
  std::vector<Pieces> rows_;
  std::vector<int64_t> sentence_of_row_;
  int64_t steps_ = 0;
  int64_t row_steps_ = 0;
};

}  // namespace nmt::decode::testing
