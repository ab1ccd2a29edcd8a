#include "layers/head_norm_kind.h"

#include <array>

namespace nmt::layers {
namespace {

constexpr std::array kKinds = {
    HeadNormRow{HeadNormKind::kNone, "", "queries and keys as projected"},
    HeadNormRow{HeadNormKind::kLayerNorm, "qknorm",
                "QK-norm: layer norm with a learned gain on every query and key head"},
};

}  // namespace

std::span<const HeadNormRow> head_norm_kinds() {
  return kKinds;
}

const HeadNormRow& head_norm_row(HeadNormKind kind) {
  for (const HeadNormRow& row : kKinds) {
    if (row.kind == kind) return row;
  }
  return kKinds.front();
}

}  // namespace nmt::layers
