#include "layers/linear_kind.h"

#include <array>

namespace nmt::layers {
namespace {

constexpr std::array kLinearKinds = {
    LinearKindRow{LinearKind::kPlain, "", "plain weights"},
    LinearKindRow{LinearKind::kSigma, "sigma",
                  "sigma-Reparam: every block matrix divided by its spectral norm, times a learned "
                  "scalar gamma"},
    LinearKindRow{
        LinearKind::kSpectralNorm, "spectralnorm",
        "spectral normalisation: every block matrix divided by its spectral norm, no gamma"},
    LinearKindRow{
        LinearKind::kWeightNorm, "weightnorm",
        "weight normalisation: every row of a block matrix divided by its length, times a "
        "learned g of its own"},
};

}  // namespace

std::span<const LinearKindRow> linear_kinds() {
  return kLinearKinds;
}

const LinearKindRow& linear_kind_row(LinearKind kind) {
  for (const LinearKindRow& row : kLinearKinds) {
    if (row.kind == kind) return row;
  }
  return kLinearKinds.front();
}

}  // namespace nmt::layers
