// The residual schemes by name: where the layer norm sits and how strongly the skip path is scaled.
//
//     pre-LN    x + f(LN(x))          post-LN   LN(x + f(x))
//     DeepNorm  LN(α x + f(x))        no norm   x + f(x)
//
// Every matrix starts Xavier-normal. Query, key and value have the gain 1/√2 that one stacked
// matrix [3D, D] would give them, as PyTorch and fairseq draw them; DeepNorm names its own gains.
// With gain 1 post-LN's residual stream loses the differences between positions layer by layer, the
// encoder's last layer says the same everywhere, and cross-attention learns nothing for thousands
// of updates.
//
// Sources: Vaswani et al. 2017 (post-LN); Xiong et al. 2020, arXiv:2002.04745 (pre-LN); Wang et al.
// 2022, arXiv:2203.00555, section 3 and table of α, β for encoder-decoders (DeepNorm); Zhai et al.
// 2023, arXiv:2303.06296 (σReparam trains without norm layers).
//
// No LibTorch here: names and numbers alone, so that the configuration can read them.

#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace nmt::layers {

enum class ResidualKind { kPreLn, kPostLn, kDeepNorm, kNoNorm };

enum class NormPlacement { kBeforeBranch, kAfterSum, kNone };

/// α scales the skip path; β is the Xavier gain of the feed-forward, value and output projections.
struct ResidualScale {
  double alpha = 1.0;
  double beta = 1.0;
};

/// Depths of the whole model: N encoder layers, M decoder layers; both at least 1.
struct ModelDepth {
  int64_t encoder;
  int64_t decoder;
};

/// One residual scheme. A new scheme is one more row of residual_schemes().
struct ResidualScheme {
  ResidualKind kind;
  std::string_view name;      ///< As in architecture names: "postln".
  std::string_view sentence;  ///< For help and reference pages.
  NormPlacement placement;
  bool final_norm;  ///< Whether encoder and decoder end in a layer norm of their own.
  double qkv_gain;  ///< Xavier gain of query and key; times β that of value.
  ResidualScale (*encoder_scale)(ModelDepth);
  ResidualScale (*decoder_scale)(ModelDepth);
};

/// Every scheme, in the order in which help prints them.
std::span<const ResidualScheme> residual_schemes();

/// The row of `kind`.
const ResidualScheme& residual_scheme(ResidualKind kind);

}  // namespace nmt::layers
