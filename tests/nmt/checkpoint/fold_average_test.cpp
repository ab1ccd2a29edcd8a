// Folding against the definition in float64 and against the model itself; averaging against a
// float64 oracle.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "data/text/error.h"
#include "nmt/checkpoint/average.h"
#include "nmt/checkpoint/fold.h"
#include "nmt/config/arch_name.h"
#include "nmt/model/init.h"
#include "nmt/model/parameters.h"
#include "tests/nmt/checkpoint/small_model.h"
#include "tests/testing/temp_folder.h"

namespace nmt::checkpoint {
namespace {

using config::SigmaGroups;
using nmt::testing::message_of;
using nmt::testing::TempFolder;
using ::testing::HasSubstr;

torch::Tensor find(const NamedTensors& tensors, const std::string& name) {
  for (const auto& [key, tensor] : tensors) {
    if (key == name) return tensor;
  }
  ADD_FAILURE() << name << " is missing";
  return torch::zeros({1});
}

// Ŵ of rows that are stacked first: (γ / |W v|) W in float64.
torch::Tensor effective(const torch::Tensor& stacked, double gamma, const torch::Tensor& v) {
  const torch::Tensor w = stacked.to(torch::kFloat64);
  const torch::Tensor left = torch::mv(w, v.to(torch::kFloat64));
  const torch::Tensor u = left / left.norm();
  return w * (gamma / torch::dot(u, left).item<double>());
}

double largest_difference(const torch::Tensor& a, const torch::Tensor& b) {
  return (a.to(torch::kFloat64) - b.to(torch::kFloat64)).abs().max().item<double>();
}

void add_matrix(NamedTensors& tensors, const std::string& name, bool own_gamma) {
  tensors.emplace_back(name + ".weight", torch::randn({5, 6}));
  tensors.emplace_back(name + ".bias", torch::randn({5}));
  if (!own_gamma) return;
  tensors.emplace_back(name + ".gamma", torch::randn({1}));
  tensors.emplace_back(
      name + ".sigma_v",
      torch::nn::functional::normalize(torch::randn({6}),
                                       torch::nn::functional::NormalizeFuncOptions().dim(0)));
}

// Checks that `group`, stacked in this order, was folded with γ and v of its first member.
void expect_folded(const NamedTensors& before, const NamedTensors& after,
                   const std::vector<std::string>& group) {
  std::vector<torch::Tensor> rows;
  for (const std::string& name : group) rows.push_back(find(before, name + ".weight"));
  const torch::Tensor expected =
      effective(torch::cat(rows), find(before, group[0] + ".gamma").item<double>(),
                find(before, group[0] + ".sigma_v"));
  for (size_t i = 0; i < group.size(); ++i) {
    EXPECT_LT(largest_difference(find(after, group[i] + ".weight"), expected.narrow(0, 5 * i, 5)),
              1e-6)
        << group[i];
  }
}

TEST(Fold, EveryGroupingOfQueryKeyAndValue) {
  const std::string a = "decoder.layers.3.cross_attn.";
  const std::string q = a + "q_proj", k = a + "k_proj", v = a + "v_proj", out = a + "out_proj";
  using Groups = std::vector<std::vector<std::string>>;
  for (const Groups& groups : {Groups{{q}, {k}, {v}, {out}}, Groups{{q, k}, {v}, {out}},
                               Groups{{q, k, v}, {out}}, Groups{{q}, {k, v}, {out}}}) {
    torch::manual_seed(3);
    NamedTensors tensors = {{"encoder.embed.weight", torch::randn({4, 6})}};
    for (const auto& group : groups) {
      for (size_t i = 0; i < group.size(); ++i) add_matrix(tensors, group[i], i == 0);
    }
    const NamedTensors folded = fold(tensors, "file");
    EXPECT_EQ(folded.size(), 1u + 2 * 4);
    for (const auto& group : groups) expect_folded(tensors, folded, group);
    EXPECT_TRUE(torch::equal(find(folded, q + ".bias"), find(tensors, q + ".bias")));
    EXPECT_TRUE(torch::equal(folded[0].second, tensors[0].second));
  }
}

TEST(Fold, MissingCounterpartsAndShapesThatDoNotFitAreNamed) {
  torch::manual_seed(3);
  NamedTensors good;
  add_matrix(good, "ffn.fc1", true);
  for (const size_t missing : {0, 2, 3}) {
    NamedTensors bad = good;
    bad.erase(bad.begin() + missing);
    EXPECT_THAT(message_of<InputError>([&] { fold(bad, "m/model.safetensors"); }),
                HasSubstr("m/model.safetensors: tensor '" + good[missing].first + "' is missing"));
  }
  NamedTensors bad = good;
  bad[3].second = torch::ones({5});
  EXPECT_THAT(message_of<InputError>([&] { fold(bad, "f"); }), HasSubstr("do not fit together"));
  bad = good;
  bad[0].second = torch::zeros({5, 6});
  EXPECT_THAT(message_of<InputError>([&] { fold(bad, "f"); }), HasSubstr("spectral norm 0"));
}

config::ModelConfig small_config(const char* architecture) {
  config::ModelConfig config;
  config.architecture = config::parse_architecture(architecture);
  config.d_model = 8;
  config.heads = 2;
  config.ffn_dim = 12;
  config.vocab_size = 13;
  config.dropout = 0.0;
  return config;
}

config::ModelConfig sigma_config(SigmaGroups groups, bool embeddings) {
  config::ModelConfig config = small_config("postln-sigma-2L-1L");
  config.sigma_groups = groups;
  config.sigma_embeddings = embeddings;
  return config;
}

torch::Tensor logits_of(model::Transformer& transformer) {
  torch::NoGradGuard no_grad;
  transformer->eval();
  const torch::Tensor source = torch::tensor({{5, 6, 7, 2}, {8, 2, 0, 0}}, torch::kInt64);
  const torch::Tensor lengths = torch::tensor({4, 2}, torch::kInt64);
  const torch::Tensor input = torch::tensor({{2, 9, 10}, {2, 11, 0}}, torch::kInt64);
  const torch::Tensor target_lengths = torch::tensor({3, 2}, torch::kInt64);
  return transformer->logits(transformer->features(source, lengths, input, target_lengths, {}));
}

// A model in the midst of training: γ and weights moved away from where they started.
model::Transformer trained_model(const config::ModelConfig& config, uint64_t seed) {
  torch::NoGradGuard no_grad;
  model::Transformer transformer(config);
  model::initialize(transformer, seed);
  torch::manual_seed(seed);
  for (auto& [name, tensor] : model::named_parameters(transformer)) {
    tensor.add_(torch::randn_like(tensor), 0.1);
  }
  model::advance(transformer);
  return transformer;
}

ModelFolder folder_of(model::Transformer& transformer) {
  ModelFolder folder = small_model();
  folder.config = transformer->config();
  folder.tensors = model::named_tensors(transformer);
  return folder;
}

torch::Tensor logits_of_folded(const ModelFolder& folded) {
  model::Transformer plain(module_config(folded));
  load_into(folded.tensors, model::named_tensors(plain), "folded");
  model::refresh(plain);
  return logits_of(plain);
}

TEST(Fold, TheFoldedModelGivesTheLogitsOfTheReparametrisedOne) {
  for (const auto groups : {SigmaGroups::kSeparate, SigmaGroups::kQkAndV, SigmaGroups::kQkv}) {
    for (const bool embeddings : {false, true}) {
      model::Transformer transformer = trained_model(sigma_config(groups, embeddings), 5);
      const ModelFolder folded = fold(folder_of(transformer), "model");
      EXPECT_TRUE(folded.folded);
      EXPECT_LT(largest_difference(logits_of_folded(folded), logits_of(transformer)), 2e-5);
    }
  }
}

TEST(Fold, WorksForEveryParametrisationAndScheme) {
  for (const char* name :
       {"preln-weightnorm-2L-1L", "admin-weightnorm-qknorm-2L-1L", "rezero-spectralnorm-2L-1L",
        "layerscale-sigma-qknorm-2L-1L", "b2t-spectralnorm-2L-1L", "admin-qknorm-2L-1L"}) {
    SCOPED_TRACE(name);
    config::ModelConfig config = small_config(name);
    for (const auto groups : {SigmaGroups::kSeparate, SigmaGroups::kQkv}) {
      config.sigma_groups =
          layers::has_spectral_norm(config.architecture.linear) ? groups : SigmaGroups::kSeparate;
      model::Transformer transformer = trained_model(config, 6);
      const ModelFolder folded = fold(folder_of(transformer), "model");
      EXPECT_EQ(module_config(folded).architecture.linear, layers::LinearKind::kPlain);
      EXPECT_EQ(module_config(folded).architecture.head_norm, config.architecture.head_norm);
      EXPECT_LT(largest_difference(logits_of_folded(folded), logits_of(transformer)), 2e-5);
    }
  }
}

TEST(Fold, RowsOfWeightNormGetTheLengthG) {
  const NamedTensors tensors = {{"ffn.fc1.weight", torch::tensor({{3.0F, 4.0F}, {0.0F, 2.0F}})},
                                {"ffn.fc1.bias", torch::zeros({2})},
                                {"ffn.fc1.weight_g", torch::tensor({10.0F, -1.0F})}};
  const NamedTensors folded = fold(tensors, "file");
  ASSERT_EQ(folded.size(), 2u);
  EXPECT_TRUE(torch::equal(folded[0].second, torch::tensor({{6.0F, 8.0F}, {0.0F, -1.0F}})));
  NamedTensors bad = tensors;
  bad.erase(bad.begin());
  EXPECT_THAT(message_of<InputError>([&] { fold(bad, "f"); }),
              HasSubstr("f: tensor 'ffn.fc1.weight' is missing"));
  bad = tensors;
  bad[2].second = torch::ones({3});
  EXPECT_THAT(message_of<InputError>([&] { fold(bad, "f"); }), HasSubstr("do not fit together"));
  for (const float value : {0.0F, INFINITY, NAN}) {
    bad[0].second = torch::tensor({{3.0F, 4.0F}, {0.0F, value}});
    bad[2].second = tensors[2].second;
    EXPECT_THAT(message_of<InputError>([&] { fold(bad, "f"); }),
                HasSubstr("a row whose length is 0 or not finite"));
  }
}

TEST(Fold, PlainModelsOnlyGetTheMark) {
  const ModelFolder model = small_model();
  const ModelFolder folded = fold(model, "m");
  EXPECT_TRUE(folded.folded);
  expect_same(folded.tensors, model.tensors);
}

// A reparametrised model that goes on from the folded one of `transformer`.
model::Transformer unfolded_model(model::Transformer& transformer) {
  model::Transformer copy(transformer->config());
  model::initialize(copy, /*seed=*/99);
  const NamedTensors folded = fold(model::named_tensors(transformer), "model");
  load_into(unfold(folded, model::named_tensors(copy)), model::named_tensors(copy), "unfolded");
  model::refresh(copy);
  return copy;
}

TEST(Unfold, GivesTheLogitsOfTheFoldedModelAndConvergedNorms) {
  for (const char* name : {"postln-sigma-2L-1L", "rezero-spectralnorm-2L-1L",
                           "admin-weightnorm-qknorm-2L-1L", "preln-2L-1L"}) {
    for (const auto groups : {SigmaGroups::kSeparate, SigmaGroups::kQkAndV, SigmaGroups::kQkv}) {
      SCOPED_TRACE(name);
      config::ModelConfig config = small_config(name);
      const bool spectral = layers::has_spectral_norm(config.architecture.linear);
      config.sigma_groups = spectral ? groups : SigmaGroups::kSeparate;
      config.sigma_embeddings = config.architecture.linear == layers::LinearKind::kSigma;
      model::Transformer transformer = trained_model(config, 7);
      model::Transformer copy = unfolded_model(transformer);
      EXPECT_LT(largest_difference(logits_of(copy), logits_of(transformer)), 2e-5);
      for (layers::StackedLinear* linear : copy->linears()) {
        for (const layers::StackedLinear::Group& group : linear->groups()) {
          if (!spectral) continue;
          const double norm =
              torch::linalg_svdvals(group.raw.to(torch::kFloat64)).max().item<double>();
          EXPECT_NEAR(*group.parametrization->spectral_gain(), norm, 1e-6 * norm);
          EXPECT_NEAR(*group.parametrization->sigma(), norm, 1e-6 * norm);
        }
      }
    }
  }
}

TEST(Unfold, WhatTheFoldedModelLacksIsLeftForTheLoaderToName) {
  torch::manual_seed(3);
  NamedTensors model;
  add_matrix(model, "ffn.fc1", true);
  const NamedTensors nothing = unfold({}, model);
  EXPECT_THAT(message_of<InputError>([&] { load_into(nothing, model, "file"); }),
              HasSubstr("file: tensor 'ffn.fc1.weight' is missing"));
}

TEST(Average, IsTheMeanOfTheEffectiveWeightsInFloat64) {
  TempFolder temp;
  std::vector<std::string> folders;
  std::vector<NamedTensors> models;
  for (uint64_t seed = 1; seed <= 3; ++seed) {
    model::Transformer transformer =
        trained_model(sigma_config(SigmaGroups::kSeparate, false), seed);
    folders.push_back(temp.path("m" + std::to_string(seed)));
    save_model(folders.back(), folder_of(transformer));
    models.push_back(model::named_tensors(transformer));
  }
  const ModelFolder mean = average(folders);
  EXPECT_TRUE(mean.folded);
  size_t reparametrised = 0;
  for (const auto& [name, tensor] : mean.tensors) {
    torch::Tensor expected = torch::zeros(tensor.sizes(), torch::kFloat64);
    const std::string stem = name.substr(0, name.rfind('.'));
    for (const NamedTensors& model : models) {
      torch::Tensor value = find(model, name).to(torch::kFloat64);
      const auto has = [&](const char* suffix) {
        return std::ranges::any_of(model, [&](auto& t) { return t.first == stem + suffix; });
      };
      if (name.ends_with(".weight") && has(".sigma_v")) {
        value = effective(value, find(model, stem + ".gamma").item<double>(),
                          find(model, stem + ".sigma_v"));
        ++reparametrised;
      }
      expected += value / 3.0;
    }
    EXPECT_LT(largest_difference(tensor, expected), 1e-6) << name;
  }
  // Two encoder layers of 6 matrices and one decoder layer of 10, in three models.
  EXPECT_EQ(reparametrised, 3u * (2 * 6 + 10));
  EXPECT_TRUE(torch::isfinite(logits_of_folded(mean)).all().item<bool>());
}

TEST(Average, OfOneModelIsThatModelFolded) {
  TempFolder temp;
  model::Transformer transformer = trained_model(sigma_config(SigmaGroups::kQkv, false), 4);
  save_model(temp.path("m"), folder_of(transformer));
  const ModelFolder mean = average({temp.path("m")});
  EXPECT_LT(largest_difference(logits_of_folded(mean), logits_of(transformer)), 2e-5);
}

TEST(Average, FoldedModelsMayBeAveragedAgainAndSaved) {
  TempFolder temp;
  model::Transformer transformer = trained_model(sigma_config(SigmaGroups::kSeparate, false), 4);
  save_model(temp.path("a"), folder_of(transformer));
  save_model(temp.path("b"), average({temp.path("a")}));
  const ModelFolder again = average({temp.path("a"), temp.path("b")});
  expect_same(again.tensors, load_model(temp.path("b")).tensors);
}

// As in a run that was begun before models had a bound.
TEST(Average, HasTheLengthBoundOfTheLast) {
  TempFolder temp;
  ModelFolder model = small_model();
  save_model(temp.path("a"), model);
  model.config.length_bound = config::LengthBound{3.0, 20};
  save_model(temp.path("b"), model);
  EXPECT_EQ(average({temp.path("a"), temp.path("b")}).config.length_bound,
            model.config.length_bound);
}

TEST(Average, ModelsThatDifferAreRefused) {
  TempFolder temp;
  ModelFolder model = small_model();
  save_model(temp.path("a"), model);
  const auto message = [&](const ModelFolder& other) {
    save_model(temp.path("b"), other);
    return message_of<InputError>([&] { average({temp.path("a"), temp.path("b")}); });
  };
  ModelFolder other = model;
  other.config.dropout = 0.5;
  EXPECT_THAT(message(other), HasSubstr("dropout is 0.5 in " + temp.path("b") + " and 0.1 in"));
  other = model;
  other.vocabulary = std::string("other");
  EXPECT_THAT(message(other), HasSubstr("another vocabulary"));
  other = model;
  other.tensors.pop_back();
  EXPECT_THAT(message(other), HasSubstr("'encoder.norm.bias' is missing"));
  EXPECT_THROW(average({}), UsageError);
}

}  // namespace
}  // namespace nmt::checkpoint
