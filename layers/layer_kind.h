// The closed sets of names for the parts inside a layer. No LibTorch here.

#pragma once

namespace nmt::layers {

/// The non-linearity of the feed-forward sublayer.
enum class ActivationKind {
  kRelu,
  kGelu,
  kSwiglu,  ///< (SiLU(x W_g) ∘ x W_1) W_2, Shazeer 2020, arXiv:2002.05202.
};

enum class PositionKind {
  kSinusoidal,  ///< Fixed; sine half then cosine half, from position 0.
  kLearned,
};

/// Which of source embedding, target embedding and output projection share one matrix.
enum class EmbeddingTie {
  kThreeWay,  ///< All three.
  kTwoWay,    ///< Target embedding and output projection.
  kNone,
};

/// Which form of an operation computes. They agree but for rounding.
enum class BackendKind {
  kFused,      ///< One pass over memory, where there is such a form.
  kReference,  ///< Plain LibTorch; can be differentiated twice.
};

}  // namespace nmt::layers
