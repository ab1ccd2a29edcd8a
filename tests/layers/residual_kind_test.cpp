// α and β of every scheme by depth.

#include "layers/residual_kind.h"

#include <gtest/gtest.h>

namespace nmt::layers::residual_kind_test {
namespace {

// Wang et al. 2022, the encoder-decoder formulas, computed apart from this code base.
struct Published {
  ModelDepth depth;
  double encoder_alpha, encoder_beta, decoder_alpha, decoder_beta;
};

class DeepNormScales : public ::testing::TestWithParam<Published> {};

TEST_P(DeepNormScales, MeetThePublishedFormulas) {
  const Published& row = GetParam();
  const ResidualScheme& scheme = residual_scheme(ResidualKind::kDeepNorm);
  constexpr double kRounding = 5.1e-4;
  EXPECT_NEAR(scheme.scale({Stack::kEncoder, 1, row.depth}).alpha, row.encoder_alpha, kRounding);
  EXPECT_NEAR(scheme.scale({Stack::kEncoder, 1, row.depth}).beta, row.encoder_beta, kRounding);
  EXPECT_NEAR(scheme.scale({Stack::kDecoder, 1, row.depth}).alpha, row.decoder_alpha, kRounding);
  EXPECT_NEAR(scheme.scale({Stack::kDecoder, 1, row.depth}).beta, row.decoder_beta, kRounding);
}

INSTANTIATE_TEST_SUITE_P(Depths, DeepNormScales,
                         ::testing::Values(Published{{6, 6}, 1.418, .497, 2.060, .343},
                                           Published{{18, 18}, 1.999, .353, 2.711, .261},
                                           Published{{50, 50}, 2.751, .256, 3.500, .202},
                                           Published{{100, 100}, 3.416, .206, 4.162, .170},
                                           Published{{500, 500}, 5.648, .125, 6.223, .114},
                                           Published{{60, 12}, 2.633, .268, 2.449, .289}));

TEST(ResidualSchemes, OtherThanDeepNormScaleNothing) {
  for (const ResidualScheme& scheme : residual_schemes()) {
    if (scheme.kind == ResidualKind::kDeepNorm) continue;
    for (const ModelDepth depth : {ModelDepth{1, 1}, ModelDepth{18, 18}, ModelDepth{1000, 3}}) {
      EXPECT_EQ(scheme.scale({Stack::kEncoder, 1, depth}).alpha, 1.0);
      EXPECT_EQ(scheme.scale({Stack::kEncoder, 1, depth}).beta, 1.0);
      EXPECT_EQ(scheme.scale({Stack::kDecoder, 1, depth}).alpha, 1.0);
      EXPECT_EQ(scheme.scale({Stack::kDecoder, 1, depth}).beta, 1.0);
    }
  }
}

TEST(ResidualSchemes, HaveTheirRowsByKindAndAFinalNormWhereTheNormIsBeforeTheBranch) {
  EXPECT_EQ(residual_schemes().size(), 8u);
  for (const ResidualScheme& scheme : residual_schemes()) {
    EXPECT_EQ(residual_scheme(scheme.kind).name, scheme.name);
    EXPECT_EQ(scheme.final_norm,
              scheme.kind == ResidualKind::kPreLn || scheme.kind == ResidualKind::kLayerScale);
  }
}

// Touvron et al. 2021, section 2: 0.1 up to depth 18, 1e-5 at 24, 1e-6 deeper; here of each side.
TEST(ResidualSchemes, LayerScaleStartsSmallerInDeeperSides) {
  const ResidualScheme& scheme = residual_scheme(ResidualKind::kLayerScale);
  for (const auto& [layers, start] :
       {std::pair{1, 0.1}, {18, 0.1}, {19, 1e-5}, {24, 1e-5}, {25, 1e-6}, {1000, 1e-6}}) {
    EXPECT_EQ(scheme.scale({Stack::kEncoder, 1, {layers, 6}}).learned, start) << layers;
    EXPECT_EQ(scheme.scale({Stack::kDecoder, 1, {6, layers}}).learned, start) << layers;
  }
}

TEST(ResidualSchemes, LearnedFactorsHaveAName) {
  for (const ResidualScheme& scheme : residual_schemes()) {
    EXPECT_EQ(scheme.learned_name.empty(), scheme.learned == LearnedScale::kNone) << scheme.name;
  }
  EXPECT_EQ(residual_scheme(ResidualKind::kReZero).scale({Stack::kEncoder, 1, {6, 6}}).learned,
            0.0);
}

}  // namespace
}  // namespace nmt::layers::residual_kind_test
