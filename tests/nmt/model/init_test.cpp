// Initial values: the deviation of every matrix of every variant, γ and singular vectors that
// belong to the final weights, and the same bits for the same seed.

#include "nmt/model/init.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "layers/positions.h"
#include "layers/spectral_norm.h"
#include "nmt/model/parameters.h"
#include "tests/layers/double_precision.h"
#include "tests/nmt/model/small_config.h"

namespace nmt::model::init_test {
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
  // Of these there are tests below.
  if (name.ends_with("gamma") || name.ends_with("weight_g") || name.ends_with("omega")) return;
  if (value.dim() == 2) {
    const double expected = expected_deviation(config, name, value);
    EXPECT_NEAR(value.std().item<double>(), expected, 0.05 * expected) << name;
    EXPECT_NEAR(value.mean().item<double>(), 0.0, 0.08 * expected) << name;
  } else {
    const torch::Tensor expected = torch::full_like(value, name.ends_with("norm.weight") ? 1.0
                                                           : name.ends_with("lambda")    ? 0.1
                                                                                         : 0.0);
    EXPECT_TRUE(torch::equal(value, expected)) << name;
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
      EXPECT_NEAR(*group.parametrization->sigma(), exact, 1e-5);
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
    for (const auto groups : {layers::SigmaGroups::kSeparate, layers::SigmaGroups::kQkAndV,
                              layers::SigmaGroups::kQkv}) {
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
      EXPECT_NEAR(*group.parametrization->sigma(), exact, 1e-5);
    }
  }
}

TEST(Initialize, StartsGammaWhereTheConfigurationSays) {
  config::ModelConfig config =
      wide_config(small_config(layers::ResidualKind::kPostLn, layers::LinearKind::kSigma));
  for (const std::optional<double> start :
       {std::optional(1.0), std::optional(0.3), std::optional<double>()}) {
    config.gamma_init = layers::GammaInit{start};
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

TEST(Initialize, DividesEveryMatrixByItsSpectralNorm) {
  const config::ModelConfig config =
      wide_config(small_config(layers::ResidualKind::kPostLn, layers::LinearKind::kSpectralNorm));
  Transformer model = initialized(config);
  int64_t matrices = 0;
  for (layers::StackedLinear* linear : model->linears()) {
    for (size_t i = 0; i < linear->parts().size() && !linear->groups().empty(); ++i) {
      EXPECT_NEAR(layers::exact_spectral_norm(linear->effective_weight(i)), 1.0, 1e-5);
      ++matrices;
    }
  }
  EXPECT_EQ(matrices, 3 * 6 + 10);
}

TEST(Initialize, WeightNormKeepsTheWeights) {
  for (const auto residual : {layers::ResidualKind::kPostLn, layers::ResidualKind::kDeepNorm}) {
    Transformer model =
        initialized(wide_config(small_config(residual, layers::LinearKind::kWeightNorm)));
    for (layers::StackedLinear* linear : model->linears()) {
      for (size_t i = 0; i < linear->parts().size(); ++i) {
        EXPECT_TRUE(
            torch::allclose(linear->effective_weight(i), linear->parts()[i]->weight, 1e-6, 1e-8));
      }
    }
  }
}

// The recursion of Admin in plain loops, over other sentences than those that were profiled.
class AdminRecursion {
 public:
  AdminRecursion(Transformer& model, at::Generator& generator)
      : parameters_(nmt::testing::parameters_of(*model)), heads_(model->config().heads) {
    const int64_t D = model->config().d_model;
    for (int s = 0; s < 12; ++s) {
      const torch::Tensor ids =
          torch::randint(model->config().vocab_size, {24}, generator, torch::kInt64);
      const torch::Tensor rows =
          model->encoder->embedding->leaves()[0].detach().index_select(0, ids) * std::sqrt(D);
      sentences_.push_back(nmt::testing::rows_of(rows + layers::sinusoidal_positions(24, D)));
    }
  }

  // Takes all sentences through a sublayer and checks its ω.
  void sublayer(const std::string& layer, const std::string& name, bool causal,
                const std::vector<naive::Rows>& memories) {
    const double omega = parameters_.at(layer + name + "_omega")[0][0];
    EXPECT_NEAR(omega, expected_, 0.05 * expected_) << layer << name;
    std::vector<naive::Rows> branches, skips;
    for (size_t s = 0; s < sentences_.size(); ++s) {
      const naive::Rows& x = sentences_[s];
      branches.push_back(
          name == "ffn"
              ? naive::feed_forward(parameters_, layer + name, layers::ActivationKind::kRelu, x)
              : naive::multi_head_attention(parameters_, layer + name, heads_, x,
                                            memories.empty() ? x : memories[s], causal));
      skips.push_back(x);
      for (naive::Row& row : skips.back()) {
        for (double& value : row) value *= omega;
      }
    }
    expected_ = std::sqrt(variance(skips) + variance(branches));
    for (size_t s = 0; s < sentences_.size(); ++s) {
      for (size_t t = 0; t < skips[s].size(); ++t) {
        for (size_t d = 0; d < skips[s][t].size(); ++d) skips[s][t][d] += branches[s][t][d];
      }
      sentences_[s] = naive::layer_norm(parameters_, layer + name + "_norm", skips[s]);
    }
  }

  const std::vector<naive::Rows>& sentences() const { return sentences_; }
  double expected() const { return expected_; }

 private:
  static double variance(const std::vector<naive::Rows>& all) {
    double count = 0, sum = 0, squares = 0;
    for (const naive::Rows& rows : all) {
      for (const naive::Row& row : rows) {
        for (const double value : row) {
          ++count;
          sum += value;
          squares += value * value;
        }
      }
    }
    return squares / count - sum / count * (sum / count);
  }

  naive::Parameters parameters_;
  int64_t heads_;
  std::vector<naive::Rows> sentences_;
  double expected_ = 1.0;
};

TEST(Initialize, StartsOmegaAtTheDeviationOfTheSublayersBelow) {
  for (const auto linear : {layers::LinearKind::kPlain, layers::LinearKind::kWeightNorm}) {
    config::ModelConfig config = wide_config(small_config(layers::ResidualKind::kAdmin, linear));
    config.max_positions = 64;
    config.architecture.decoder_layers = 2;
    Transformer model = initialized(config);
    at::Generator generator = nmt::testing::seeded(8);
    AdminRecursion encoder(model, generator), decoder(model, generator);
    for (const char* layer : {"encoder.layers.0.", "encoder.layers.1.", "encoder.layers.2."}) {
      encoder.sublayer(layer, "self_attn", false, {});
      encoder.sublayer(layer, "ffn", false, {});
    }
    for (const char* layer : {"decoder.layers.0.", "decoder.layers.1."}) {
      decoder.sublayer(layer, "self_attn", true, {});
      decoder.sublayer(layer, "cross_attn", false, encoder.sentences());
      decoder.sublayer(layer, "ffn", false, {});
    }
    EXPECT_GT(encoder.expected(), 1.5);
    EXPECT_GT(decoder.expected(), 1.5);
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
  const auto encoder = initial_scale(config.architecture, layers::Stack::kEncoder, 1);
  const auto decoder = initial_scale(config.architecture, layers::Stack::kDecoder, 1);
  EXPECT_NEAR(encoder.alpha, 2.633, 6e-4);
  EXPECT_NEAR(encoder.beta, 0.268, 6e-4);
  EXPECT_NEAR(decoder.alpha, 2.449, 6e-4);
  EXPECT_NEAR(decoder.beta, 0.289, 6e-4);
}

}  // namespace
}  // namespace nmt::model::init_test
