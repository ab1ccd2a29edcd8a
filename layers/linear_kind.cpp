#include "layers/linear_kind.h"

#include <array>

namespace nmt::layers {
namespace {

constexpr std::array kKinds = {
    LinearKindRow{LinearKind::kPlain, "", "plain weights"},
    LinearKindRow{LinearKind::kSigma, "sigma",
                  "sigma-Reparam: every block matrix divided by its spectral norm, times a learned "
                  "scalar gamma"},
};

}  // namespace

std::span<const LinearKindRow> linear_kinds() {
  return kKinds;
}

}  // namespace nmt::layers
