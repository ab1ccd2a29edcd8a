#include "layers/residual_kind.h"

#include <array>
#include <cmath>
#include <numbers>

#include "data/text/named_table.h"

namespace nmt::layers {
namespace {

ResidualScale unit_scale(const ScalePlace&) {
  return {};
}

// ReZero: every layer starts as the identity.
ResidualScale zero_scale(const ScalePlace&) {
  return {.learned = 0.0};
}

// CaiT, section 2: the deeper, the closer to the identity.
ResidualScale layer_scale(const ScalePlace& place) {
  const int64_t depth = place.stack == Stack::kEncoder ? place.depth.encoder : place.depth.decoder;
  return {.learned = depth <= 18 ? 0.1 : depth <= 24 ? 1e-5 : 1e-6};
}

// DeepNet, encoder-decoder: α_e = 0.81 (N⁴M)^(1/16), β_e = 0.87 (N⁴M)^(−1/16);
// α_d = (3M)^(1/4), β_d = (12M)^(−1/4).
ResidualScale deepnorm_scale(const ScalePlace& place) {
  const auto [encoder, decoder] = place.depth;
  if (place.stack == Stack::kDecoder) {
    return {.alpha = std::pow(3.0 * decoder, 0.25), .beta = std::pow(12.0 * decoder, -0.25)};
  }
  const double mixed = std::pow(static_cast<double>(encoder), 4) * decoder;
  return {.alpha = 0.81 * std::pow(mixed, 1.0 / 16), .beta = 0.87 * std::pow(mixed, -1.0 / 16)};
}

constexpr NormPlaces kBeforeBranch{.before_branch = true};
constexpr NormPlaces kAfterSum{.after_sum = true};
constexpr NormPlaces kNowhere{};

constexpr double kStackedGain = 1.0 / std::numbers::sqrt2;

constexpr std::array kSchemes = {
    ResidualScheme{ResidualKind::kPreLn, "preln", "x + f(LN(x)), a final LN on each side",
                   kBeforeBranch, true, kStackedGain, unit_scale},
    ResidualScheme{ResidualKind::kPostLn, "postln", "LN(x + f(x))", kAfterSum, false, kStackedGain,
                   unit_scale},
    ResidualScheme{ResidualKind::kDeepNorm, "deepnorm",
                   "LN(alpha x + f(x)), alpha and the initial beta set by depth", kAfterSum, false,
                   1.0, deepnorm_scale},
    ResidualScheme{ResidualKind::kNoNorm, "nonorm", "x + f(x), no normalisation at all", kNowhere,
                   false, kStackedGain, unit_scale},
    ResidualScheme{ResidualKind::kAdmin, "admin",
                   "Admin: LN(omega x + f(x)), a learned vector omega that starts at the deviation "
                   "of the sublayers before it",
                   kAfterSum, false, kStackedGain, unit_scale, LearnedScale::kSkip, "omega"},
    ResidualScheme{ResidualKind::kReZero, "rezero",
                   "ReZero: x + a f(x), no normalisation, a learned number a of each layer that "
                   "starts at 0",
                   kNowhere, false, kStackedGain, zero_scale, LearnedScale::kLayerBranch, "rezero"},
    ResidualScheme{ResidualKind::kLayerScale, "layerscale",
                   "LayerScale: x + lambda f(LN(x)), a learned vector lambda that starts small by "
                   "depth, a final LN on each side",
                   kBeforeBranch, true, kStackedGain, layer_scale, LearnedScale::kBranch, "lambda"},
    ResidualScheme{ResidualKind::kB2t, "b2t",
                   "post-LN with a bottom-to-top connection: a layer's input is added in front of "
                   "its last LN",
                   kAfterSum, false, kStackedGain, unit_scale, LearnedScale::kNone, "", true},
};

}  // namespace

std::span<const ResidualScheme> residual_schemes() {
  return kSchemes;
}

const ResidualScheme& residual_scheme(ResidualKind kind) {
  return row_of(kSchemes, kind);
}

}  // namespace nmt::layers
