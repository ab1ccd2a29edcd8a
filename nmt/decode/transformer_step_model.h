// The Transformer as a StepModel: encodes a batch once, then decodes with cached keys and values.
//
// Shape letters: B sentences, S longest source, R rows, V vocabulary.

#pragma once

#include <torch/torch.h>

#include <cstdint>

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
  model::Transformer model_;
  torch::Device device_;
  int64_t sentences_;
  int64_t rows_;  // Of the state, in the order of the last step.
  model::DecoderState state_;
};

}  // namespace nmt::decode
