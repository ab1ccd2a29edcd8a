// The weight parametrisations by name. No LibTorch here; the layers themselves are in linear.h.

#pragma once

#include <span>
#include <string_view>

namespace nmt::layers {

enum class LinearKind {
  kPlain,  ///< y = x Wᵀ + b
  kSigma,  ///< σReparam: y = x Ŵᵀ + b with Ŵ = (γ/σ(W)) W
};

/// One row of the table that names parametrisations.
struct LinearKindRow {
  LinearKind kind;
  std::string_view modifier;  ///< As in architecture names: "sigma"; empty for plain.
  std::string_view sentence;  ///< For help and reference pages.
};

/// Every parametrisation, in the order in which help prints them; the first is the default.
std::span<const LinearKindRow> linear_kinds();

}  // namespace nmt::layers
