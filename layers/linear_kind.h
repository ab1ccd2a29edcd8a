// The weight parametrisations by name. No LibTorch here; the layers themselves are in linear.h.

#pragma once

#include <span>
#include <string_view>

namespace nmt::layers {

enum class LinearKind {
  kPlain,  ///< y = x Wᵀ + b
  kSigma,  ///< σReparam: y = x Ŵᵀ + b with Ŵ = (γ/σ(W)) W, γ learned
  /// The same with γ = 1 for good: Miyato et al. 2018, arXiv:1802.05957.
  kSpectralNorm,
  /// Row o of Ŵ is (g_o / |w_o|) w_o, g learned: Salimans & Kingma 2016, arXiv:1602.07868.
  kWeightNorm,
};

/// Whether σ(W) is part of the function, which several matrices may share (`sigma-groups`).
constexpr bool has_spectral_norm(LinearKind kind) {
  return kind == LinearKind::kSigma || kind == LinearKind::kSpectralNorm;
}

/// One row of the table that names parametrisations.
struct LinearKindRow {
  LinearKind kind;
  std::string_view modifier;  ///< As in architecture names: "sigma"; empty for plain.
  std::string_view sentence;  ///< For help and reference pages.
};

/// Every parametrisation, in the order in which help prints them; the first is the default.
std::span<const LinearKindRow> linear_kinds();

/// The row of `kind`.
const LinearKindRow& linear_kind_row(LinearKind kind);

}  // namespace nmt::layers
