// The lowest entropy that an attention row can have, given how large its logits can be.
//
//     H_t >= ln(1 + (n−1) b) + s √(n(n−1)) b / (1 + (n−1) b)        b = e^(−s √(n/(n−1)))
//
// for n visible keys and a row of logits whose Euclidean norm is at most s. For one head
//
//     s = ‖A‖ ‖X_vis‖ ‖x_t‖ / (τ √K)        A = [W_q b_q]ᵀ [W_k b_k]
//
// with spectral norms, x_t the query's input and X_vis the inputs of the n visible keys, each
// augmented by a constant 1 so that the biases are inside, and τ the temperature that divides the
// logits; for heads that are linear in their inputs, so not under QK-norm. The bound is tight: the
// zero-mean row with one entry s √((n−1)/n) and n − 1 equal ones attains it.
//
// Source: Zhai et al. 2023, arXiv:2303.06296, theorem 3.1 (without biases, with T = n, and there
// with ‖XXᵀ‖ in place of ‖X_vis‖ ‖x_t‖, which is never smaller).
//
// Shape letters: D model, K head size, S keys, T queries.

#pragma once

#include <torch/types.h>

#include <cstdint>

namespace nmt::stability {

/// The bound in nats for logit norm `s` >= 0 and `keys` = n >= 1 (0 for n = 1); NaN for NaN.
double entropy_lower_bound(double s, int64_t keys);

/// One attention head of one sentence, no padding. Any floating dtype; computed in float64.
struct HeadInputs {
  torch::Tensor query_input;   ///< [T, D]
  torch::Tensor key_input;     ///< [S, D]
  torch::Tensor query_weight;  ///< W_q [K, D], effective (Ŵ under σReparam).
  torch::Tensor query_bias;    ///< b_q [K]
  torch::Tensor key_weight;    ///< W_k [K, D]
  torch::Tensor key_bias;      ///< b_k [K]
  double temperature = 1.0;    ///< τ.
  bool causal = false;         ///< Query t sees keys 0..t (then T <= S), else all S.
};

/// ‖A‖ of one head from its query and key matrices [K, D] and biases [K]; float64, NaN if one of
/// them is not finite.
double bilinear_norm(const torch::Tensor& query_weight, const torch::Tensor& query_bias,
                     const torch::Tensor& key_weight, const torch::Tensor& key_bias);

/// Inputs [rows, D] with a constant 1 appended: [rows, D + 1], float64, on the CPU.
torch::Tensor with_ones(const torch::Tensor& inputs);

/// s of each query row, [T] float64, with exact spectral norms: for tests, too slow for an update
/// (bound_tracker.h).
torch::Tensor logit_norm_bound(const HeadInputs& head);

/// The entropy bound of each query row, [T] float64, nats.
torch::Tensor attention_entropy_bound(const HeadInputs& head);

}  // namespace nmt::stability
