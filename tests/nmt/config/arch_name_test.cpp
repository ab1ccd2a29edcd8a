// Architecture names: every valid one round-trips, every other one is refused with help.

#include "nmt/config/arch_name.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "data/text/error.h"
#include "tests/testing/temp_folder.h"

namespace nmt::config::arch_name_test {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

std::string error(const std::string& name) {
  return testing::message_of<UsageError>([&] { parse_architecture(name); });
}

TEST(ArchNameTest, ReadsTheExamples) {
  const Architecture sigma = parse_architecture("postln-sigma-18L");
  EXPECT_EQ(sigma.residual, layers::ResidualKind::kPostLn);
  EXPECT_EQ(sigma.linear, layers::LinearKind::kSigma);
  EXPECT_EQ(sigma.encoder_layers, 18);
  EXPECT_EQ(sigma.decoder_layers, 18);

  const Architecture uneven = parse_architecture("preln-60L-12L");
  EXPECT_EQ(uneven.residual, layers::ResidualKind::kPreLn);
  EXPECT_EQ(uneven.linear, layers::LinearKind::kPlain);
  EXPECT_EQ(uneven.encoder_layers, 60);
  EXPECT_EQ(uneven.decoder_layers, 12);

  EXPECT_EQ(parse_architecture("nonorm-sigma-6L").residual, layers::ResidualKind::kNoNorm);
  EXPECT_EQ(parse_architecture("deepnorm-1000L-1L").encoder_layers, 1000);

  const Architecture both = parse_architecture("admin-weightnorm-qknorm-18L-6L");
  EXPECT_EQ(both.residual, layers::ResidualKind::kAdmin);
  EXPECT_EQ(both.linear, layers::LinearKind::kWeightNorm);
  EXPECT_EQ(both.head_norm, layers::HeadNormKind::kLayerNorm);
  EXPECT_EQ(both.encoder_layers, 18);
  EXPECT_EQ(both.decoder_layers, 6);
  EXPECT_EQ(parse_architecture("b2t-spectralnorm-6L").linear, layers::LinearKind::kSpectralNorm);
  EXPECT_EQ(parse_architecture("rezero-6L").residual, layers::ResidualKind::kReZero);
  EXPECT_EQ(parse_architecture("layerscale-6L").residual, layers::ResidualKind::kLayerScale);
}

TEST(ArchNameTest, ModifiersMayComeInAnyOrder) {
  EXPECT_EQ(to_string(parse_architecture("postln-qknorm-sigma-6L")), "postln-sigma-qknorm-6L");
}

void expect_round_trip(const Architecture& architecture, std::set<std::string>& names) {
  if (!objection(architecture).empty()) return;
  const std::string name = to_string(architecture);
  EXPECT_TRUE(names.insert(name).second) << name << " names two architectures";
  const Architecture back = parse_architecture(name);
  EXPECT_EQ(back.residual, architecture.residual);
  EXPECT_EQ(back.linear, architecture.linear);
  EXPECT_EQ(back.norm, architecture.norm);
  EXPECT_EQ(back.head_norm, architecture.head_norm);
  EXPECT_EQ(back.encoder_layers, architecture.encoder_layers);
  EXPECT_EQ(back.decoder_layers, architecture.decoder_layers);
}

TEST(ArchNameTest, EveryNameRoundTrips) {
  std::set<std::string> names;
  for (const auto& residual : layers::residual_schemes()) {
    for (const auto& linear : layers::kLinearKinds) {
      for (const auto& norm : layers::kNormKinds) {
        for (const auto& head_norm : layers::kHeadNormKinds) {
          for (const auto& [encoder, decoder] :
               {std::pair{1, 1}, {6, 6}, {1, 100}, {1000, 6}, {1000, 1000}}) {
            expect_round_trip(
                {residual.kind, linear.kind, encoder, decoder, norm.kind, head_norm.kind}, names);
          }
        }
      }
    }
  }
  EXPECT_GE(names.size(), (8u * 4 - 1) * 2 * 5);
  EXPECT_EQ(to_string(parse_architecture("preln-6L-6L")), "preln-6L");
}

TEST(ArchNameTest, ErrorsShowGrammarAndNearestName) {
  EXPECT_EQ(error("postln-sgima-18L"),
            "must be " + architecture_grammar() +
                " with depths from 1 to 1000; got 'postln-sgima-18L'; did you mean "
                "postln-sigma-18L?");
  EXPECT_THAT(architecture_grammar(),
              AllOf(StartsWith("<preln|postln|deepnorm|nonorm|admin|rezero|layerscale|b2t>"
                               "[-<sigma|spectralnorm|weightnorm>]"),
                    EndsWith("[-qknorm]-<depth>L[-<depth>L]")));
  for (const auto& [word, sentence] : architecture_words()) {
    EXPECT_THAT(architecture_grammar(), HasSubstr(std::string(word)));
  }
  EXPECT_THAT(error("admin-qknrom-18L"), EndsWith("did you mean admin-qknorm-18L?"));
  EXPECT_THAT(error("rezro-6L"), EndsWith("did you mean rezero-6L?"));
  EXPECT_THAT(error("b2t-wieghtnorm-6L"), EndsWith("did you mean b2t-weightnorm-6L?"));
  EXPECT_THAT(error("postln-18"), EndsWith("did you mean postln-18L?"));
  EXPECT_THAT(error("preln_6L"), EndsWith("did you mean preln-6L?"));
  EXPECT_THAT(error("prelN-60l-12l"), EndsWith("did you mean preln-60L-12L?"));
  EXPECT_THAT(error("deepnorm-sigma"), EndsWith("did you mean deepnorm-sigma-6L?"));
  EXPECT_THAT(error("preln-0L"), EndsWith("did you mean preln-1L?"));
  EXPECT_THAT(error("preln-1001L"), EndsWith("did you mean preln-1000L?"));
  EXPECT_THAT(error("preln-99999999999999999999L"), HasSubstr("with depths from 1 to 1000"));
  EXPECT_THAT(error("transformer_wmt_en_de_big"), Not(HasSubstr("did you mean")));
}

TEST(ArchNameTest, RefusesQkNormTwiceOrWithoutADepth) {
  for (const char* name : {"preln-qknorm-qknorm-6L", "preln-qknorm", "preln-6L-qknorm"}) {
    EXPECT_THAT(error(name), HasSubstr("got '" + std::string(name) + "'"));
  }
}

TEST(ArchNameTest, RefusesPartsThatDoNotGoTogether) {
  EXPECT_EQ(error("postln-sigma-weightnorm-6L"),
            "must have one weight parametrisation, sigma or weightnorm; got "
            "'postln-sigma-weightnorm-6L'");
  EXPECT_EQ(error("preln-spectralnorm-qknorm-sigma-6L"),
            "must have one weight parametrisation, spectralnorm or sigma; got "
            "'preln-spectralnorm-qknorm-sigma-6L'");
  EXPECT_EQ(error("deepnorm-spectralnorm-18L"),
            "must not be 'deepnorm-spectralnorm-18L': spectralnorm divides by the scale of the "
            "initial weights, which is DeepNorm's beta; take deepnorm-sigma, whose gamma starts at "
            "that scale, or postln-spectralnorm");
  EXPECT_THAT(error("deepnorm-spectralnrm-18L"), Not(HasSubstr("mean deepnorm-spectralnorm")));
}

TEST(ArchNameTest, RefusesWhatIsNearlyValid) {
  for (const char* name :
       {"", "-", "preln", "preln-", "6L", "preln-6L-", "-preln-6L", "preln-6L-6L-6L", "preln-06L",
        "preln--6L", "preln-+6L", "preln-L", "preln-6LL", "preln-6L-sigma", "sigma-preln-6L",
        "preln-sigma-sigma-6L", "preln-6L ", "preln-6.0L", "preln--6L-6L"}) {
    EXPECT_THAT(error(name), HasSubstr("got '" + std::string(name) + "'"));
  }
}

}  // namespace
}  // namespace nmt::config::arch_name_test
