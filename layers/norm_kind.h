// The norms of the residual stream, and those of query and key heads, by name. No LibTorch here;
// the norms themselves are norm.h and head_norm.h.

#pragma once

#include <array>

#include "data/text/named_table.h"

namespace nmt::layers {

enum class NormKind {
  kLayerNorm,  ///< g ∘ (s − mean) / deviation + b: Ba et al. 2016, arXiv:1607.06450.
};

struct NormRow {
  NormKind kind;
  std::string_view name;
  std::string_view sentence;  ///< For help and reference pages.
  bool bias;                  ///< Whether a learned vector is added.
};

/// Every norm as architecture names say it; the first, which has no name, is the default.
inline constexpr auto kNormKinds = std::to_array<NormRow>({
    {NormKind::kLayerNorm, "", "layer norm", true},
});

enum class HeadNormKind {
  kNone,
  kLayerNorm,  ///< QK-norm: LN(q)·LN(k) in place of q·k, Dehghani et al. 2023, arXiv:2302.05442.
};

/// Every normalisation of heads, likewise.
inline constexpr auto kHeadNormKinds = std::to_array<DescribedKind<HeadNormKind>>({
    {HeadNormKind::kNone, "", "queries and keys as projected"},
    {HeadNormKind::kLayerNorm, "qknorm",
     "QK-norm: layer norm with a learned gain on every query and key head"},
});

}  // namespace nmt::layers
