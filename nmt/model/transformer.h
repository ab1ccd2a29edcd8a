// Transformer: the encoder-decoder model.
//
// Shape letters: B batch, S source length, T target length, N target positions, D model, V
// vocabulary, R decoding rows.

#pragma once

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include <memory>
#include <optional>
#include <vector>

#include "data/batch.h"
#include "layers/forward_context.h"
#include "layers/kernels/packing.h"
#include "nmt/config/model_config.h"
#include "nmt/model/decoder.h"
#include "nmt/model/encoder.h"

namespace nmt::model {

/// The growing state of a batch of partial translations.
struct DecoderState {
  std::vector<layers::DecoderLayerCache> layers;  ///< Self [R, ...], cross [B, ...].
  torch::Tensor memory_mask;  ///< [B, 1, S]: 0 where a source position is visible, else −∞.
  int64_t position = 0;       ///< Pieces decoded so far.
};

/// One side of a batch. A position is valid if it lies before its sentence's length; the others may
/// hold anything.
struct Sentences {
  torch::Tensor pieces;   ///< [B, L] int64, on the model's device.
  torch::Tensor lengths;  ///< [B] int64, on the CPU.
  /// Where the valid positions start among those of their micro-batch
  /// (layers::ForwardContext::first_row).
  int64_t first_row = 0;
};

class TransformerImpl : public torch::nn::Module {
 public:
  /// Allocates only; nmt/model/init.h gives the parameters their values.
  /// Throws UsageError if sizes disagree (heads must divide d_model, vocab_size must be set).
  explicit TransformerImpl(const config::ModelConfig& config);

  /// Moves everything to `device`, where ids must lie from then on; lengths stay on the CPU.
  void to(torch::Device device, bool non_blocking = false) override;
  /// Where the weights lie.
  torch::Device device() const { return encoder->embedding->product().weight.device(); }

  /// Encodes `source` [B, S] to memory [B, S, D]; positions past `source_lengths` [B] may hold
  /// anything, and their memory is arbitrary.
  torch::Tensor encode(const torch::Tensor& source, const torch::Tensor& source_lengths,
                       const layers::ForwardContext& context);

  /// Features of every valid position of the decoder's `input` (see data::decoder_input), one
  /// sentence behind the other, that predict its target piece: [N, D]. First rows are those of the
  /// sides; the context's is not read.
  torch::Tensor features(const Sentences& source, const Sentences& input,
                         const layers::ForwardContext& context);

  /// Unnormalised scores [..., V] of every piece from features [..., D].
  torch::Tensor logits(const torch::Tensor& features);

  /// Label-smoothed cross-entropy of the target pieces of `batch`, which lies on the CPU: sums over
  /// them, in nats; the fused form holds no logits.
  layers::LossSums loss(const data::Batch& batch, double smoothing,
                        const layers::ForwardContext& context);

  /// A state with the cross-attention keys and values of `memory` [B, S, D] computed, one row a
  /// sentence.
  DecoderState start_decoding(const torch::Tensor& memory, const torch::Tensor& source_lengths);

  /// Feeds `pieces` [R] int64 (at first `</s>`), returns logits [R, V] of the next piece. R is a
  /// multiple of B; the R/B rows of a sentence are side by side and share its memory.
  torch::Tensor decode_step(const torch::Tensor& pieces, DecoderState& state);

  /// Keeps and reorders rows: row i becomes the former row rows[i]; `rows` [R'] int64.
  static void select_rows(DecoderState& state, const torch::Tensor& rows);

  /// Keeps and reorders memories: sentence b becomes the former one sentences[b]; `sentences` [B']
  /// int64. The rows are left as they are.
  static void select_sentences(DecoderState& state, const torch::Tensor& sentences);

  /// Every stack of linear layers (embeddings included), in a fixed order.
  std::vector<layers::StackedLinear*> linears();

  /// Every tensor that the forward pass reads and autograd gives a gradient, in a fixed order.
  std::vector<torch::Tensor> leaves();

  /// Every attention layer of `kind`, by layer.
  std::vector<layers::MultiHeadAttention> attention_layers(layers::AttentionKind kind);

  /// Divides the attention logits of the layers that `setting` names by its temperature from now
  /// on. The constructor does so for those of its configuration.
  void set_attention_temperature(const config::AttentionTemperature& setting);

  const config::ModelConfig& config() const { return config_; }

  Encoder encoder{nullptr};
  Decoder decoder{nullptr};

 private:
  // The memory of the valid positions alone, [sum of lengths, D].
  torch::Tensor encode_packed(const torch::Tensor& source, const torch::Tensor& source_lengths,
                              const kernels::Packing& packing,
                              const layers::ForwardContext& context);
  // As features(), of an input whose valid positions `packing` names.
  torch::Tensor decode_packed(const Sentences& source, const Sentences& input,
                              const kernels::Packing& packing,
                              const layers::ForwardContext& context);

  config::ModelConfig config_;
  std::shared_ptr<layers::StackedLinear> untied_output_;
  std::optional<layers::OutputProjection> output_;
};
TORCH_MODULE(Transformer);

}  // namespace nmt::model
