// Both passes of fused attention over tensors of a CUDA device: what attention.cpp does with
// attention_cpu.h, here with attention_cuda.h.
//
// Shape letters: B batch, H heads, T queries, S keys, K head size.

#pragma once

#include <torch/autograd.h>
#include <torch/types.h>

#include "layers/kernels/attention_mask.h"
#include "layers/kernels/dropout.h"

namespace nmt::kernels {

/// What the passes need of a call, besides tensors.
struct AttentionCall {
  int64_t heads;
  int64_t size;
  double scale;
  Dropout dropout;

  /// Where query 0 of sentence `b` and head `h` stands in statistics [B, H, T].
  int64_t row(const AttentionMask& mask, int64_t b, int64_t h) const {
    return (b * heads + h) * mask.queries();
  }
  /// The number that this query's dropout mask has among all rows (attention_dropout_mask());
  /// `heads` further on is the next query's.
  int64_t dropout_row(const AttentionMask& mask, int64_t b, int64_t h) const {
    return (dropout.first_row + mask.query_offset(b)) * heads + h;
  }
};

/// What the forward pass keeps.
struct AttentionSaved {
  torch::Tensor q, k, v, out;
  torch::Tensor log_sum_exp;  ///< [B, H, T]
  torch::Tensor sentences;    ///< AttentionMask::sentences_on(); undefined on the CPU.
};

/// Whether the device's kernels take inputs with heads of `size` numbers in `batch` sentences.
bool fits_device_kernels(int64_t batch, int64_t size);

/// {out, entropy, max_logit, log_sum_exp}; the statistics are empty if not asked for.
torch::autograd::variable_list attention_forward_on_device(
    const torch::Tensor& q, const torch::Tensor& k, const torch::Tensor& v,
    const AttentionMask& mask, const AttentionCall& call, bool statistics);

/// The gradients of q, k and v.
torch::autograd::variable_list attention_backward_on_device(const AttentionSaved& saved,
                                                            const torch::Tensor& grad_out,
                                                            const AttentionMask& mask,
                                                            const AttentionCall& call);

}  // namespace nmt::kernels
