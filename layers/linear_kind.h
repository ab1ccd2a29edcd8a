// The weight parametrisations by name. No LibTorch here; the layers themselves are in linear.h.

#pragma once

#include <array>

#include "data/text/named_table.h"

namespace nmt::layers {

enum class LinearKind {
  kPlain,  ///< y = x Wᵀ + b
  kSigma,  ///< σReparam: y = x Ŵᵀ + b with Ŵ = (γ/σ(W)) W, γ learned
  /// The same with γ = 1 for good: Miyato et al. 2018, arXiv:1802.05957.
  kSpectralNorm,
  /// Row o of Ŵ is (g_o / |w_o|) w_o, g learned: Salimans & Kingma 2016, arXiv:1602.07868.
  kWeightNorm,
};

/// Which matrices that read the same input share one σ and one γ.
enum class SigmaGroups { kSeparate, kQkAndV, kQkv };

/// Whether σ(W) is part of the function, which several matrices may share (`sigma-groups`).
constexpr bool has_spectral_norm(LinearKind kind) {
  return kind == LinearKind::kSigma || kind == LinearKind::kSpectralNorm;
}

/// Every parametrisation as architecture names say it, in the order of the help page; the first,
/// which has no name, is the default.
inline constexpr auto kLinearKinds = std::to_array<DescribedKind<LinearKind>>({
    {LinearKind::kPlain, "", "plain weights"},
    {LinearKind::kSigma, "sigma",
     "sigma-Reparam: every block matrix divided by its spectral norm, times a learned scalar "
     "gamma"},
    {LinearKind::kSpectralNorm, "spectralnorm",
     "spectral normalisation: every block matrix divided by its spectral norm, no gamma"},
    {LinearKind::kWeightNorm, "weightnorm",
     "weight normalisation: every row of a block matrix divided by its length, times a learned g "
     "of its own"},
});

}  // namespace nmt::layers
