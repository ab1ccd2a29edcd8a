#include "layers/residual_kind.h"

#include <array>
#include <cmath>
#include <numbers>

namespace nmt::layers {
namespace {

ResidualScale unit_scale(ModelDepth) {
  return {};
}

// ReZero: every layer starts as the identity.
ResidualScale zero_scale(ModelDepth) {
  return {.learned = 0.0};
}

// CaiT, section 2: the deeper, the closer to the identity.
ResidualScale layer_scale(int64_t depth) {
  return {.learned = depth <= 18 ? 0.1 : depth <= 24 ? 1e-5 : 1e-6};
}

ResidualScale encoder_layer_scale(ModelDepth depth) {
  return layer_scale(depth.encoder);
}

ResidualScale decoder_layer_scale(ModelDepth depth) {
  return layer_scale(depth.decoder);
}

// DeepNet, encoder-decoder: α_e = 0.81 (N⁴M)^(1/16), β_e = 0.87 (N⁴M)^(−1/16).
ResidualScale deepnorm_encoder_scale(ModelDepth depth) {
  const double mixed = std::pow(static_cast<double>(depth.encoder), 4) * depth.decoder;
  return {.alpha = 0.81 * std::pow(mixed, 1.0 / 16), .beta = 0.87 * std::pow(mixed, -1.0 / 16)};
}

// DeepNet, encoder-decoder: α_d = (3M)^(1/4), β_d = (12M)^(−1/4).
ResidualScale deepnorm_decoder_scale(ModelDepth depth) {
  return {.alpha = std::pow(3.0 * depth.decoder, 0.25),
          .beta = std::pow(12.0 * depth.decoder, -0.25)};
}

constexpr double kStackedGain = 1.0 / std::numbers::sqrt2;

constexpr std::array kSchemes = {
    ResidualScheme{ResidualKind::kPreLn, "preln", "x + f(LN(x)), a final LN on each side",
                   NormPlacement::kBeforeBranch, true, kStackedGain, unit_scale, unit_scale},
    ResidualScheme{ResidualKind::kPostLn, "postln", "LN(x + f(x))", NormPlacement::kAfterSum, false,
                   kStackedGain, unit_scale, unit_scale},
    ResidualScheme{ResidualKind::kDeepNorm, "deepnorm",
                   "LN(alpha x + f(x)), alpha and the initial beta set by depth",
                   NormPlacement::kAfterSum, false, 1.0, deepnorm_encoder_scale,
                   deepnorm_decoder_scale},
    ResidualScheme{ResidualKind::kNoNorm, "nonorm", "x + f(x), no normalisation at all",
                   NormPlacement::kNone, false, kStackedGain, unit_scale, unit_scale},
    ResidualScheme{ResidualKind::kAdmin, "admin",
                   "Admin: LN(omega x + f(x)), a learned vector omega that starts at the deviation "
                   "of the sublayers before it",
                   NormPlacement::kAfterSum, false, kStackedGain, unit_scale, unit_scale,
                   LearnedScale::kSkip, "omega"},
    ResidualScheme{ResidualKind::kReZero, "rezero",
                   "ReZero: x + a f(x), no normalisation, a learned number a of each layer that "
                   "starts at 0",
                   NormPlacement::kNone, false, kStackedGain, zero_scale, zero_scale,
                   LearnedScale::kLayerBranch, "rezero"},
    ResidualScheme{ResidualKind::kLayerScale, "layerscale",
                   "LayerScale: x + lambda f(LN(x)), a learned vector lambda that starts small by "
                   "depth, a final LN on each side",
                   NormPlacement::kBeforeBranch, true, kStackedGain, encoder_layer_scale,
                   decoder_layer_scale, LearnedScale::kBranch, "lambda"},
    ResidualScheme{ResidualKind::kB2t, "b2t",
                   "post-LN with a bottom-to-top connection: a layer's input is added in front of "
                   "its last LN",
                   NormPlacement::kAfterSum, false, kStackedGain, unit_scale, unit_scale,
                   LearnedScale::kNone, "", true},
};

}  // namespace

std::span<const ResidualScheme> residual_schemes() {
  return kSchemes;
}

const ResidualScheme& residual_scheme(ResidualKind kind) {
  for (const ResidualScheme& scheme : kSchemes) {
    if (scheme.kind == kind) return scheme;
  }
  return kSchemes.front();
}

}  // namespace nmt::layers
