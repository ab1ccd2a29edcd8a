// Initial values: the deviation of every matrix of every variant, γ and singular vectors that
// belong to the final weights, and the same bits for the same seed.

#include "nmt/model/init.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "layers/spectral_norm.h"
#include "nmt/model/parameters.h"
#include "tests/nmt/model/small_config.h"

namespace nmt::model {
namespace {

Transformer initialized(const config::ModelConfig& config, uint64_t seed = 1) {
  Transformer model(config);
  initialize(model, seed);
  return model;
}

// Wide enough for deviations within a few per cent; depths that give all four α, β differently.
config::ModelConfig wide_config(const config::ModelConfig& kind) {
  config::ModelConfig config = kind;
  config.architecture.encoder_layers = 3;
  config.architecture.decoder_layers = 1;
  config.d_model = 64;
  config.ffn_dim = 96;
  config.vocab_size = 200;
  return config;
}

// DeepNet's β from the paper's formulas, for N = 3 and M = 1.
double beta_of(const std::string& name) {
  return name.starts_with("encoder") ? 0.87 * std::pow(81.0, -1.0 / 16) : std::pow(12.0, -0.25);
}

double expected_gain(const config::ModelConfig& config, const std::string& name) {
  const bool query_or_key =
      name.find("q_proj") != std::string::npos || name.find("k_proj") != std::string::npos;
  if (config.architecture.residual == layers::ResidualKind::kDeepNorm) {
    return query_or_key ? 1.0 : beta_of(name);
  }
  return query_or_key || name.find("v_proj") != std::string::npos ? 0.70710678 : 1.0;
}

double expected_deviation(const config::ModelConfig& config, const std::string& name,
                          const torch::Tensor& weight) {
  if (name.find("embed") != std::string::npos || name == "output.weight") return 1.0 / 8.0;
  const double fans = static_cast<double>(weight.size(0) + weight.size(1));
  return expected_gain(config, name) * std::sqrt(2.0 / fans);
}

void expect_start_value(const config::ModelConfig& config, const std::string& name,
                        const torch::Tensor& value) {
  if (name.ends_with("gamma")) return;
  if (value.dim() == 2) {
    const double expected = expected_deviation(config, name, value);
    EXPECT_NEAR(value.std().item<double>(), expected, 0.05 * expected) << name;
    EXPECT_NEAR(value.mean().item<double>(), 0.0, 0.08 * expected) << name;
  } else {
    const double expected = name.ends_with("norm.weight") ? 1.0 : 0.0;
    EXPECT_TRUE(value.eq(expected).all().item<bool>()) << name;
  }
}

TEST(Initialize, GivesEveryMatrixOfEveryVariantItsDeviation) {
  for (config::ModelConfig config : all_small_configs()) {
    for (const auto activation : {layers::ActivationKind::kRelu, layers::ActivationKind::kSwiglu}) {
      config = wide_config(config);
      config.activation = activation;
      config.tie_embeddings = layers::EmbeddingTie::kNone;
      SCOPED_TRACE(name_of(config));
      Transformer model = initialized(config);
      for (const auto& [name, value] : named_parameters(model)) {
        expect_start_value(config, name, value);
      }
    }
  }
}

TEST(Initialize, DrawsLearnedPositions) {
  config::ModelConfig config = wide_config(small_config());
  config.positions = layers::PositionKind::kLearned;
  config.max_positions = 300;
  Transformer model = initialized(config);
  for (const auto& [name, value] : named_parameters(model)) {
    if (!name.ends_with("positions.weight")) continue;
    EXPECT_NEAR(value.std().item<double>(), 1.0 / 8.0, 0.01) << name;
  }
}

void expect_spectral_start(Transformer& model, std::optional<double> gamma_start) {
  for (layers::StackedLinear* linear : model->linears()) {
    for (const auto& group : linear->groups()) {
      const double exact = layers::exact_spectral_norm(group.raw);
      EXPECT_NEAR(group.parametrization->sigma(), exact, 1e-5);
      const double gamma = group.parametrization->own_parameters()[0].second.item<double>();
      EXPECT_NEAR(gamma, gamma_start.value_or(exact), 1e-5);
    }
  }
}

TEST(Initialize, EstimatesEverySpectralNormOfEveryVariant) {
  for (config::ModelConfig config : all_small_configs()) {
    if (config.architecture.linear != layers::LinearKind::kSigma) continue;
    SCOPED_TRACE(name_of(config));
    config = wide_config(config);
    config.sigma_embeddings = true;
    config.tie_embeddings = layers::EmbeddingTie::kTwoWay;
    for (const auto groups : {config::SigmaGroups::kSeparate, config::SigmaGroups::kQkAndV,
                              config::SigmaGroups::kQkv}) {
      config.sigma_groups = groups;
      Transformer model = initialized(config);
      const bool keeps_beta = config.architecture.residual == layers::ResidualKind::kDeepNorm;
      expect_spectral_start(model, keeps_beta ? std::nullopt : std::optional(1.0));
    }
  }
}

TEST(Initialize, EstimatesSpectralNormsAtTheDefaultWidth) {
  config::ModelConfig config =
      small_config(layers::ResidualKind::kPostLn, layers::LinearKind::kSigma);
  config.architecture.encoder_layers = 1;
  config.architecture.decoder_layers = 1;
  config.d_model = 512;
  config.ffn_dim = 2048;
  Transformer model = initialized(config);
  for (layers::StackedLinear* linear : model->encoder->linears()) {
    for (const auto& group : linear->groups()) {
      const torch::Tensor w = group.raw.to(torch::kFloat64);
      const torch::Tensor gram = w.size(0) < w.size(1) ? w.mm(w.t()) : w.t().mm(w);
      const double exact = std::sqrt(torch::linalg_eigvalsh(gram).max().item<double>());
      EXPECT_NEAR(group.parametrization->sigma(), exact, 1e-5);
    }
  }
}

TEST(Initialize, StartsGammaWhereTheConfigurationSays) {
  config::ModelConfig config =
      wide_config(small_config(layers::ResidualKind::kPostLn, layers::LinearKind::kSigma));
  for (const std::optional<double> start :
       {std::optional(1.0), std::optional(0.3), std::optional<double>()}) {
    config.gamma_init = config::GammaInit{start};
    Transformer model = initialized(config);
    expect_spectral_start(model, start);
  }
}

TEST(Initialize, WithGammaAtSigmaKeepsDeepNormsWeights) {
  const config::ModelConfig config =
      wide_config(small_config(layers::ResidualKind::kDeepNorm, layers::LinearKind::kSigma));
  Transformer model = initialized(config);
  for (layers::StackedLinear* linear : model->linears()) {
    for (size_t i = 0; i < linear->parts().size(); ++i) {
      EXPECT_TRUE(
          torch::allclose(linear->effective_weight(i), linear->parts()[i]->weight, 1e-5, 1e-7));
    }
  }
}

TEST(Initialize, GivesTheSameBitsForTheSameSeed) {
  for (const config::ModelConfig& config : all_small_configs()) {
    Transformer a = initialized(config, 5), b = initialized(config, 5), c = initialized(config, 6);
    const NamedTensors first = named_tensors(a), second = named_tensors(b);
    const NamedTensors other = named_tensors(c);
    ASSERT_EQ(first.size(), second.size());
    for (size_t i = 0; i < first.size(); ++i) {
      EXPECT_EQ(first[i].first, second[i].first);
      EXPECT_TRUE(torch::equal(first[i].second, second[i].second)) << first[i].first;
      if (!first[i].first.ends_with(".weight") || first[i].second.dim() != 2) continue;
      EXPECT_FALSE(torch::equal(first[i].second, other[i].second)) << first[i].first;
    }
  }
}

TEST(ResidualScales, FollowTheDepthsOfTheModel) {
  config::ModelConfig config = small_config(layers::ResidualKind::kDeepNorm);
  config.architecture.encoder_layers = 60;
  config.architecture.decoder_layers = 12;
  const ResidualScales scales = residual_scales(config);
  EXPECT_NEAR(scales.encoder.alpha, 2.633, 6e-4);
  EXPECT_NEAR(scales.encoder.beta, 0.268, 6e-4);
  EXPECT_NEAR(scales.decoder.alpha, 2.449, 6e-4);
  EXPECT_NEAR(scales.decoder.beta, 0.289, 6e-4);
}

}  // namespace
}  // namespace nmt::model
