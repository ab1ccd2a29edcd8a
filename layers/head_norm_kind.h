// The normalisations of query and key heads by name. No LibTorch here; the norm itself is
// head_norm.h.

#pragma once

#include <span>
#include <string_view>

namespace nmt::layers {

enum class HeadNormKind {
  kNone,
  kLayerNorm,  ///< QK-norm: LN(q)·LN(k) in place of q·k, Dehghani et al. 2023, arXiv:2302.05442.
};

/// One row of the table that names them.
struct HeadNormRow {
  HeadNormKind kind;
  std::string_view modifier;  ///< As in architecture names: "qknorm"; empty for none.
  std::string_view sentence;  ///< For help and reference pages.
};

/// Every kind, in the order in which help prints them; the first is the default.
std::span<const HeadNormRow> head_norm_kinds();

/// The row of `kind`.
const HeadNormRow& head_norm_row(HeadNormKind kind);

}  // namespace nmt::layers
