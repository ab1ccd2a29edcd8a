// The Transformer as a StepModel: encodes a batch once, then decodes with cached keys and values.
//
// The model wants the same number of rows for each sentence, because the rows of a sentence share
// the keys and values of its memory. So every sentence gets as many slots as the widest one has
// rows; a spare slot repeats the sentence's last row and nobody reads it.
//
// Shape letters: B sentences, S longest source, R rows, V vocabulary.

#pragma once

#include <torch/types.h>

#include <cstdint>
#include <vector>

#include "nmt/decode/step_model.h"
#include "nmt/model/transformer.h"

namespace nmt::decode {

class TransformerStepModel : public StepModel {
 public:
  /// Encodes `source` [B, S] with `source_lengths` [B], both int64 on the CPU, on the device of the
  /// model's parameters. Changes nothing in `model`, so that threads may share one.
  TransformerStepModel(model::Transformer model, const torch::Tensor& source,
                       const torch::Tensor& source_lengths);

  int64_t sentences() const override { return sentences_; }
  torch::Tensor step(const torch::Tensor& pieces, const torch::Tensor& parents) override;

 private:
  void keep_sentences(const std::vector<int64_t>& kept);
  void arrange_slots(const std::vector<int64_t>& parent_slots);

  model::Transformer model_;
  torch::Device device_;
  int64_t sentences_;
  model::DecoderState state_;
  int64_t memories_;                      // Sentences that the state still holds.
  int64_t slots_;                         // Rows that the state holds.
  std::vector<int64_t> sentence_of_row_;  // Index into the memories.
  std::vector<int64_t> slot_of_row_;
};

}  // namespace nmt::decode
