// The tensors of a model by name, in every tie of the embeddings, and models that share them.

#include "nmt/model/parameters.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "nmt/model/init.h"
#include "tests/nmt/model/small_config.h"

namespace nmt::model::parameters_test {
namespace {

using layers::EmbeddingTie;
using layers::LinearKind;
using layers::ResidualKind;

Transformer initialized(const config::ModelConfig& config) {
  Transformer model(config);
  initialize(model, 1);
  return model;
}

std::vector<std::string> names_of(const NamedTensors& tensors) {
  std::vector<std::string> names;
  for (const auto& [name, value] : tensors) names.push_back(name);
  return names;
}

// Names of one layer as checkpoints have them, put together apart from the model.
void add_linear(std::vector<std::string>& names, const std::string& prefix, LinearKind kind) {
  names.push_back(prefix + ".weight");
  names.push_back(prefix + ".bias");
  const bool sigma = kind == LinearKind::kSigma || kind == LinearKind::kSpectralNorm;
  if (sigma) names.push_back(prefix + ".gamma");
  if (sigma) names.push_back(prefix + ".sigma_v");
  if (kind == LinearKind::kWeightNorm) names.push_back(prefix + ".weight_g");
}

void add_norm(std::vector<std::string>& names, const std::string& prefix) {
  names.push_back(prefix + ".weight");
  names.push_back(prefix + ".bias");
}

void add_residual(std::vector<std::string>& names, const std::string& prefix, ResidualKind kind) {
  if (kind != ResidualKind::kNoNorm && kind != ResidualKind::kReZero) {
    add_norm(names, prefix + "_norm");
  }
  if (kind == ResidualKind::kAdmin) names.push_back(prefix + "_omega");
  if (kind == ResidualKind::kLayerScale) names.push_back(prefix + "_lambda");
}

void add_layer(std::vector<std::string>& names, const std::string& prefix, bool decoder,
               const config::Architecture& arch) {
  for (const std::string attention : {"self_attn", "cross_attn"}) {
    if (attention == "cross_attn" && !decoder) continue;
    for (const char* matrix : {"q_proj", "k_proj", "v_proj", "out_proj"}) {
      add_linear(names, prefix + attention + "." + matrix, arch.linear);
    }
    if (arch.head_norm == layers::HeadNormKind::kLayerNorm) {
      names.push_back(prefix + attention + ".q_norm.weight");
      names.push_back(prefix + attention + ".k_norm.weight");
    }
    add_residual(names, prefix + attention, arch.residual);
  }
  add_linear(names, prefix + "ffn.fc1", arch.linear);
  add_linear(names, prefix + "ffn.fc2", arch.linear);
  add_residual(names, prefix + "ffn", arch.residual);
  if (arch.residual == ResidualKind::kReZero) names.push_back(prefix + "rezero");
}

std::vector<std::string> expected_names(const config::ModelConfig& config) {
  std::vector<std::string> names = {"encoder.embed.weight", "output.bias"};
  if (config.tie_embeddings != EmbeddingTie::kThreeWay) names.push_back("decoder.embed.weight");
  if (config.tie_embeddings == EmbeddingTie::kNone) names.push_back("output.weight");
  for (const char* index : {"0.", "1."}) {
    add_layer(names, std::string("encoder.layers.") + index, false, config.architecture);
    add_layer(names, std::string("decoder.layers.") + index, true, config.architecture);
  }
  if (config.architecture.residual == ResidualKind::kPreLn ||
      config.architecture.residual == ResidualKind::kLayerScale) {
    add_norm(names, "encoder.norm");
    add_norm(names, "decoder.norm");
  }
  return names;
}

constexpr EmbeddingTie kTies[] = {EmbeddingTie::kThreeWay, EmbeddingTie::kTwoWay,
                                  EmbeddingTie::kNone};

TEST(NamedTensors, AreThoseOfACheckpoint) {
  for (config::ModelConfig config : all_small_configs()) {
    for (const EmbeddingTie tie : kTies) {
      config.tie_embeddings = tie;
      SCOPED_TRACE(name_of(config));
      Transformer model = initialized(config);
      EXPECT_THAT(names_of(named_tensors(model)),
                  ::testing::UnorderedElementsAreArray(expected_names(config)));
    }
  }
}

TEST(NamedTensors, HaveAFixedOrder) {
  const config::ModelConfig config = small_config(ResidualKind::kPostLn, LinearKind::kSigma);
  Transformer a = initialized(config), b = initialized(config);
  EXPECT_EQ(names_of(named_tensors(a)), names_of(named_tensors(b)));
  EXPECT_EQ(names_of(named_parameters(a)).front(), "encoder.embed.weight");
  const std::vector<torch::Tensor> left = a->leaves(), right = b->leaves();
  ASSERT_EQ(left.size(), right.size());
  for (size_t i = 0; i < left.size(); ++i) EXPECT_TRUE(torch::equal(left[i], right[i])) << i;
}

TEST(NamedTensors, MakeTheSameModelElsewhere) {
  const torch::NoGradGuard no_grad;
  const torch::Tensor ids = torch::tensor({{3, 4, 5, 2}}), lengths = torch::tensor({4});
  for (const config::ModelConfig& config : all_small_configs()) {
    SCOPED_TRACE(name_of(config));
    Transformer from = initialized(config);
    for (const auto& [name, value] : named_parameters(from)) {
      value.detach().add_(0.01 * torch::ones_like(value));
    }
    advance(from);
    Transformer to(config);
    const NamedTensors source = named_tensors(from), target = named_tensors(to);
    for (size_t i = 0; i < source.size(); ++i) {
      ASSERT_EQ(source[i].first, target[i].first);
      target[i].second.detach().copy_(source[i].second);
    }
    refresh(to);
    EXPECT_TRUE(torch::equal(from->encode(ids, lengths, {}), to->encode(ids, lengths, {})));
  }
}

TEST(ParameterCount, MeetsTheFormula) {
  // D = 8, F = 12, V = 11; attention 4 (D² + D), feed-forward 2 D F + D + F, norms 2 D each.
  const int64_t attention = 4 * (64 + 8), ffn = 2 * 96 + 8 + 12, norm = 16;
  const int64_t blocks = 2 * (attention + ffn + 2 * norm) + 2 * (2 * attention + ffn + 3 * norm);
  config::ModelConfig config = small_config();
  for (const auto& [tie, matrices] : {std::pair{EmbeddingTie::kThreeWay, 1},
                                      {EmbeddingTie::kTwoWay, 2},
                                      {EmbeddingTie::kNone, 3}}) {
    config.tie_embeddings = tie;
    Transformer model = initialized(config);
    EXPECT_EQ(parameter_count(model), blocks + 2 * norm + matrices * 88 + 11);
  }
  Transformer sigma = initialized(small_config(ResidualKind::kPreLn, LinearKind::kSigma));
  EXPECT_EQ(parameter_count(sigma), blocks + 2 * norm + 88 + 11 + 2 * 6 + 2 * 10);

  const auto count = [](ResidualKind residual, LinearKind linear, layers::HeadNormKind head_norm) {
    Transformer model = initialized(small_config(residual, linear, head_norm));
    return parameter_count(model);
  };
  const auto none = layers::HeadNormKind::kNone;
  const int64_t post = blocks + 88 + 11, norms = 2 * (2 + 3) * norm;
  EXPECT_EQ(count(ResidualKind::kB2t, LinearKind::kPlain, none), post);
  EXPECT_EQ(count(ResidualKind::kB2t, LinearKind::kSpectralNorm, none), post);
  // One g a row: 4 D of attention, F + D of the feed-forward.
  EXPECT_EQ(count(ResidualKind::kB2t, LinearKind::kWeightNorm, none), post + 6 * 32 + 4 * 20);
  EXPECT_EQ(count(ResidualKind::kAdmin, LinearKind::kPlain, none), post + 2 * (2 + 3) * 8);
  EXPECT_EQ(count(ResidualKind::kLayerScale, LinearKind::kPlain, none),
            post + 2 * norm + 2 * (2 + 3) * 8);
  EXPECT_EQ(count(ResidualKind::kReZero, LinearKind::kPlain, none), post - norms + 4);
  EXPECT_EQ(count(ResidualKind::kB2t, LinearKind::kPlain, layers::HeadNormKind::kLayerNorm),
            post + 6 * 2 * 4);
}

void backward(Transformer& model, const layers::ForwardContext& context = {}) {
  const torch::Tensor source = torch::tensor({{3, 4, 2}, {5, 2, 0}});
  const torch::Tensor source_lengths = torch::tensor({3, 2});
  const torch::Tensor input = torch::tensor({{2, 6}, {2, 7}}), lengths = torch::tensor({2, 2});
  const torch::Tensor logits =
      model->logits(model->features({source, source_lengths}, {input, lengths}, context));
  torch::log_softmax(logits, -1).select(-1, 4).sum().neg().backward();
}

// ReZero starts with branches that nothing gets through.
void open_branches(Transformer& model) {
  for (const auto& [name, value] : named_parameters(model)) {
    if (name.ends_with("rezero")) value.detach().fill_(0.7);
  }
}

TEST(Gradients, ReachEveryParameterInEveryTie) {
  for (config::ModelConfig config : all_small_configs()) {
    for (const EmbeddingTie tie : kTies) {
      config.tie_embeddings = tie;
      SCOPED_TRACE(name_of(config));
      Transformer model = initialized(config);
      open_branches(model);
      backward(model);
      pull_gradients_back(model);
      for (const auto& [name, value] : named_parameters(model)) {
        ASSERT_TRUE(value.grad().defined()) << name;
        ASSERT_EQ(value.grad().sizes(), value.sizes()) << name;
        // A key bias moves all logits of a row alike and has no gradient but rounding, unless the
        // keys are normalised.
        if (!name.ends_with("k_proj.bias")) {
          EXPECT_GT(value.grad().abs().sum().item<double>(), 0.0) << name;
        }
      }
    }
  }
}

TEST(Replicas, ShareValuesAndHaveTheirOwnGradients) {
  for (const config::ModelConfig& config : all_small_configs()) {
    SCOPED_TRACE(name_of(config));
    Transformer model = initialized(config);
    Transformer replica = make_replica(model);
    const std::vector<torch::Tensor> mine = model->leaves(), theirs = replica->leaves();
    ASSERT_EQ(mine.size(), theirs.size());
    backward(replica);
    for (size_t i = 0; i < mine.size(); ++i) {
      EXPECT_EQ(mine[i].data_ptr(), theirs[i].data_ptr());
      EXPECT_FALSE(mine[i].grad().defined());
      EXPECT_TRUE(theirs[i].grad().defined());
    }
    backward(model);
    for (size_t i = 0; i < mine.size(); ++i) {
      EXPECT_TRUE(torch::equal(mine[i].grad(), theirs[i].grad()));
      EXPECT_NE(mine[i].grad().data_ptr(), theirs[i].grad().data_ptr());
    }
  }
}

TEST(Replicas, SeeUpdatesOfTheModel) {
  const torch::NoGradGuard no_grad;
  const torch::Tensor ids = torch::tensor({{3, 4, 2}}), lengths = torch::tensor({3});
  for (const config::ModelConfig& config : all_small_configs()) {
    SCOPED_TRACE(name_of(config));
    Transformer model = initialized(config);
    Transformer replica = make_replica(model);
    for (const auto& [name, value] : named_parameters(model)) value.detach().mul_(1.1).add_(0.01);
    advance(model);
    EXPECT_TRUE(torch::equal(model->encode(ids, lengths, {}), replica->encode(ids, lengths, {})));
  }
}

TEST(DifferentiableCopy, HasTheModelsLossAndGradient) {
  const layers::ForwardContext reference = {.backend = layers::BackendKind::kReference};
  for (config::ModelConfig config : all_small_configs()) {
    for (const EmbeddingTie tie : kTies) {
      config.tie_embeddings = tie;
      config.sigma_embeddings = config.architecture.linear == LinearKind::kSigma;
      SCOPED_TRACE(name_of(config));
      Transformer model = initialized(config);
      Transformer copy = differentiable_copy(model);
      backward(model, reference);
      pull_gradients_back(model);
      backward(copy, reference);
      const NamedTensors expected = named_parameters(model), found = named_parameters(copy);
      ASSERT_EQ(expected.size(), found.size());
      for (size_t i = 0; i < expected.size(); ++i) {
        ASSERT_TRUE(found[i].second.grad().defined()) << found[i].first;
        EXPECT_TRUE(torch::equal(expected[i].second, found[i].second)) << found[i].first;
        EXPECT_NE(expected[i].second.data_ptr(), found[i].second.data_ptr());
        EXPECT_TRUE(torch::allclose(expected[i].second.grad(), found[i].second.grad(), 1e-4, 1e-5))
            << found[i].first;
      }
    }
  }
}

TEST(WeightDecay, AppliesToMatricesAlone) {
  for (const config::ModelConfig& config : all_small_configs()) {
    SCOPED_TRACE(name_of(config));
    Transformer model = initialized(config);
    for (const auto& [name, value] : named_parameters(model)) {
      const bool matrix = name.ends_with("proj.weight") || name.ends_with("fc1.weight") ||
                          name.ends_with("fc2.weight") || name.ends_with("embed.weight");
      EXPECT_EQ(decays(name, value), matrix) << name;
    }
  }
}

}  // namespace
}  // namespace nmt::model::parameters_test
