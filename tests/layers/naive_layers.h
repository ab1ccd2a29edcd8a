// The layers again, one sentence at a time, as plain loops over std::vector<double>: the oracle
// that the modules of layers/ are compared with. Knows neither LibTorch nor padding nor batches.
//
// Shape letters: T queries, S keys, D model, F inner, O rows and I columns of a weight.

#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "layers/layer_kind.h"
#include "layers/residual_kind.h"

namespace nmt::naive {

using Row = std::vector<double>;
using Rows = std::vector<Row>;

/// Every parameter by its name in a checkpoint; a vector is a matrix of one row. A weight that has
/// a "gamma" beside it is divided by its spectral norm, one that has a "weight_g" by the length of
/// every row; attention that has a "q_norm" normalises heads.
using Parameters = std::map<std::string, Rows>;

/// What the parameters' names do not tell about a layer.
struct LayerSpec {
  layers::ResidualKind residual;
  double alpha = 1.0;
  layers::ActivationKind activation;
  int64_t heads;
};

/// Attention of one head: out [T, K], and of each row its entropy in nats and its largest logit.
struct Attended {
  Rows out;
  Row entropy;
  Row max_logit;
};

/// The largest singular value, by very many power iterations on WᵀW.
double spectral_norm(const Rows& w);

/// Ŵ of the weight `name`: W, (γ/σ(W)) W, or rows g w/|w|.
Rows effective_weight(const Parameters& parameters, const std::string& name);

/// x Ŵᵀ + b for x [T, I]: [T, O].
Rows linear(const Parameters& parameters, const std::string& name, const Rows& x);

/// Layer norm over every row, ε = 1e-5.
Rows layer_norm(const Parameters& parameters, const std::string& name, const Rows& x);

/// (x − mean) / √(variance + 1e-5) ∘ gain for every row of x.
Rows head_norm(const Row& gain, const Rows& x);

/// Softmax attention; causal: query t sees keys 0..t. A query without keys gives 0 everywhere, and
/// −∞ as its largest logit.
Attended attention(const Rows& q, const Rows& k, const Rows& v, double scale, bool causal);

/// The feed-forward sublayer `name`: [T, D] to [T, D].
Rows feed_forward(const Parameters& parameters, const std::string& name,
                  layers::ActivationKind activation, const Rows& x);

/// Multi-head attention `name` from x [T, D] to the memory [S, D]: [T, D].
Rows multi_head_attention(const Parameters& parameters, const std::string& name, int64_t heads,
                          const Rows& x, const Rows& memory, bool causal);

/// An encoder layer whose parameters begin with `prefix` ("" or "encoder.layers.0.").
Rows encoder_layer(const Parameters& parameters, const std::string& prefix, const LayerSpec& spec,
                   const Rows& x);

/// A decoder layer: x [T, D] and memory [S, D] to [T, D].
Rows decoder_layer(const Parameters& parameters, const std::string& prefix, const LayerSpec& spec,
                   const Rows& x, const Rows& memory);

}  // namespace nmt::naive
