#include "layers/head_norm_kind.h"

#include <array>

namespace nmt::layers {
namespace {

constexpr std::array kHeadNormKinds = {
    HeadNormRow{HeadNormKind::kNone, "", "queries and keys as projected"},
    HeadNormRow{HeadNormKind::kLayerNorm, "qknorm",
                "QK-norm: layer norm with a learned gain on every query and key head"},
};

}  // namespace

std::span<const HeadNormRow> head_norm_kinds() {
  return kHeadNormKinds;
}

const HeadNormRow& head_norm_row(HeadNormKind kind) {
  for (const HeadNormRow& row : kHeadNormKinds) {
    if (row.kind == kind) return row;
  }
  return kHeadNormKinds.front();
}

}  // namespace nmt::layers
