// The residual schemes by name: where the layer norm sits and how skip path and branch are scaled.
//
//     pre-LN      x + f(LN(x))             post-LN   LN(x + f(x))
//     DeepNorm    LN(α x + f(x))           no norm   x + f(x)
//     Admin       LN(ω ∘ x + f(x))         ReZero    x + a f(x)
//     LayerScale  x + λ ∘ f(LN(x))
//     B2T         LN(x + f(x)), and LN(x + f(x) + x_in) for a layer's last sublayer, x_in the
//                 layer's input
//
// ω [D] and λ [D] are learned, one for each sublayer; a is one learned number a layer, as in the
// authors' code. ω starts where a profiling pass finds it (admin_profile.h), a at 0, λ at 0.1 on a
// side of up to 18 layers, 1e-5 up to 24, 1e-6 above.
//
// Every matrix starts Xavier-normal. Query, key and value have the gain 1/√2 that one stacked
// matrix [3D, D] would give them, as PyTorch and fairseq draw them; DeepNorm names its own gains.
// With gain 1 post-LN's residual stream loses the differences between positions layer by layer, the
// encoder's last layer says the same everywhere, and cross-attention learns nothing for thousands
// of updates.
//
// Sources: Vaswani et al. 2017 (post-LN); Xiong et al. 2020, arXiv:2002.04745 (pre-LN); Wang et al.
// 2022, arXiv:2203.00555, section 3 and table of α, β for encoder-decoders (DeepNorm); Zhai et al.
// 2023, arXiv:2303.06296 (σReparam trains without norm layers); Liu et al. 2020, arXiv:2004.08249
// (Admin); Bachlechner et al. 2020, arXiv:2003.04887 (ReZero); Touvron et al. 2021,
// arXiv:2103.17239, section 2 (LayerScale); Takase et al. 2022, arXiv:2206.00330, and the authors'
// code, which adds the input of an encoder or decoder layer to the sum in front of the layer's last
// LN (B2T; their code also multiplies initial matrices by 1/√depth, which is left out here).
//
// No LibTorch here: names and numbers alone, so that the configuration can read them.

#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace nmt::layers {

enum class ResidualKind {
  kPreLn,
  kPostLn,
  kDeepNorm,
  kNoNorm,
  kAdmin,
  kReZero,
  kLayerScale,
  kB2t,
};

/// Where the norms of a sublayer are: at most one of each, in any combination.
struct NormPlaces {
  bool before_branch = false;
  bool after_branch = false;  ///< On the branch's output, in front of the sum.
  bool after_sum = false;

  constexpr int count() const { return before_branch + after_branch + after_sum; }
};

/// What a learned factor multiplies.
enum class LearnedScale {
  kNone,
  kSkip,         ///< The skip path: a vector [D] a sublayer.
  kBranch,       ///< The branch: a vector [D] a sublayer.
  kLayerBranch,  ///< Every branch of a layer: one number [1].
};

/// α scales the skip path, `branch` the branch; β is the Xavier gain of the feed-forward, value and
/// output projections; a learned factor starts at `learned` everywhere.
struct ResidualScale {
  double alpha = 1.0;
  double branch = 1.0;
  double beta = 1.0;
  double learned = 1.0;
};

/// Depths of the whole model: N encoder layers, M decoder layers; both at least 1.
struct ModelDepth {
  int64_t encoder;
  int64_t decoder;
};

enum class Stack { kEncoder, kDecoder };

/// The update whose factors a model keeps when training is over.
inline constexpr int64_t kAfterTraining = INT64_MAX;

/// What a scale may depend on.
struct ScalePlace {
  Stack stack;
  int64_t layer;  ///< From 1, of its stack.
  ModelDepth depth;
  int64_t update = kAfterTraining;  ///< From 1; 0 before the first.
};

/// One residual scheme. A new scheme is one more row of residual_schemes().
struct ResidualScheme {
  ResidualKind kind;
  std::string_view name;      ///< As in architecture names: "postln".
  std::string_view sentence;  ///< For help and reference pages.
  NormPlaces norms;
  bool final_norm;  ///< Whether encoder and decoder end in a layer norm of their own.
  double qkv_gain;  ///< Xavier gain of query and key; times β that of value.
  ResidualScale (*scale)(const ScalePlace&);
  LearnedScale learned = LearnedScale::kNone;
  std::string_view learned_name = {};  ///< In names of parameters: "omega".
  bool bottom_to_top = false;          ///< Whether a layer's input joins its last sum.
};

/// Every scheme, in the order in which help prints them.
std::span<const ResidualScheme> residual_schemes();

/// The row of `kind`.
const ResidualScheme& residual_scheme(ResidualKind kind);

}  // namespace nmt::layers
