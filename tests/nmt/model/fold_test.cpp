// Folding against the model itself, to the bit, and against the definitions in float64.

#include "nmt/model/fold.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/text/error.h"
#include "tests/nmt/model/reparametrised_model.h"
#include "tests/testing/temp_folder.h"

namespace nmt::model::fold_test {
namespace {

using checkpoint::ModelFolder;
using layers::SigmaGroups;
using nmt::testing::message_of;
using testing::find;
using testing::folder_of;
using ::testing::HasSubstr;
using testing::largest_difference;
using testing::logits_of;
using testing::sigma_config;
using testing::small_config;
using testing::trained_model;

std::vector<config::ModelConfig> every_kind_of_weights() {
  std::vector<config::ModelConfig> all;
  for (const auto groups : {SigmaGroups::kSeparate, SigmaGroups::kQkAndV, SigmaGroups::kQkv}) {
    for (const bool embeddings : {false, true}) all.push_back(sigma_config(groups, embeddings));
  }
  for (const char* name :
       {"preln-weightnorm-2L-1L", "admin-weightnorm-qknorm-2L-1L", "rezero-spectralnorm-2L-1L",
        "layerscale-sigma-qknorm-2L-1L", "b2t-spectralnorm-2L-1L", "admin-qknorm-2L-1L"}) {
    all.push_back(small_config(name));
  }
  all.push_back(small_config("preln-sigma-2L-1L"));
  all.back().tie_embeddings = layers::EmbeddingTie::kNone;
  all.back().attention_temperature = {{.temperature = 0.5}};
  return all;
}

TEST(Fold, IsWhatTheModelReadsInTraining) {
  for (const config::ModelConfig& config : every_kind_of_weights()) {
    SCOPED_TRACE(config::to_string(config.architecture));
    Transformer trained = trained_model(config, 5);
    Transformer folded = folded_model(folder_of(trained), "model");
    EXPECT_EQ(folded->config().architecture.linear, layers::LinearKind::kPlain);
    EXPECT_EQ(folded->config().architecture.head_norm, config.architecture.head_norm);
    const std::vector<torch::Tensor> theirs = trained->leaves(), mine = folded->leaves();
    ASSERT_EQ(theirs.size(), mine.size());
    for (size_t i = 0; i < mine.size(); ++i) EXPECT_TRUE(torch::equal(mine[i], theirs[i])) << i;
    EXPECT_TRUE(torch::equal(logits_of(folded), logits_of(trained)));
  }
}

// Ŵ of rows that are stacked first: (γ / |W v|) W in float64.
torch::Tensor sigma_weight(const torch::Tensor& stacked, const torch::Tensor& gamma,
                           const torch::Tensor& v) {
  const torch::Tensor w = stacked.to(torch::kFloat64);
  return w * (gamma.item<double>() / torch::mv(w, v.to(torch::kFloat64)).norm().item<double>());
}

void expect_close(const torch::Tensor& found, const torch::Tensor& expected) {
  EXPECT_LE(((found.to(torch::kFloat64) - expected) / expected).abs().max().item<double>(), 2e-7);
}

TEST(Fold, AgreesWithTheDefinitionOfSigmaReparam) {
  using Groups = std::vector<std::vector<std::string>>;
  const std::pair<SigmaGroups, Groups> cases[] = {
      {SigmaGroups::kSeparate, {{"q_proj"}, {"k_proj"}, {"v_proj"}, {"out_proj"}}},
      {SigmaGroups::kQkAndV, {{"q_proj", "k_proj"}, {"v_proj"}, {"out_proj"}}},
      {SigmaGroups::kQkv, {{"q_proj", "k_proj", "v_proj"}, {"out_proj"}}}};
  for (const auto& [kind, groups] : cases) {
    Transformer trained = trained_model(sigma_config(kind, false), 3);
    const NamedTensors before = named_tensors(trained);
    const NamedTensors after = fold(folder_of(trained), "file").tensors;
    for (const std::string layer :
         {"encoder.layers.1.self_attn.", "decoder.layers.0.cross_attn."}) {
      for (const std::vector<std::string>& group : groups) {
        std::vector<torch::Tensor> rows;
        for (const auto& part : group) rows.push_back(find(before, layer + part + ".weight"));
        const torch::Tensor expected =
            sigma_weight(torch::cat(rows), find(before, layer + group[0] + ".gamma"),
                         find(before, layer + group[0] + ".sigma_v"));
        for (size_t i = 0; i < group.size(); ++i) {
          expect_close(find(after, layer + group[i] + ".weight"),
                       expected.narrow(0, static_cast<int64_t>(8 * i), 8));
        }
      }
    }
    for (const auto& [name, tensor] : after) {
      EXPECT_FALSE(name.ends_with("gamma") || name.ends_with("sigma_v")) << name;
    }
  }
}

TEST(Fold, AgreesWithTheDefinitionOfWeightNormalisation) {
  Transformer trained = trained_model(small_config("preln-weightnorm-2L-1L"), 4);
  const NamedTensors before = named_tensors(trained);
  const std::string name = "encoder.layers.0.ffn.fc1.weight";
  const torch::Tensor w = find(before, name).to(torch::kFloat64);
  const torch::Tensor gain = find(before, name + "_g").to(torch::kFloat64);
  expect_close(find(fold(folder_of(trained), "file").tensors, name),
               w * (gain / w.norm(2, 1)).unsqueeze(1));
}

TEST(Fold, WhatDoesNotFitIsNamed) {
  Transformer trained = trained_model(small_config("postln-sigma-2L-1L"), 3);
  const ModelFolder good = folder_of(trained);
  for (const char* name : {"encoder.layers.0.ffn.fc1.weight", "encoder.layers.0.ffn.fc1.gamma"}) {
    ModelFolder bad = good;
    std::erase_if(bad.tensors, [&](const auto& named) { return named.first == name; });
    EXPECT_THAT(message_of<InputError>([&] { fold(bad, "m/model.safetensors"); }),
                HasSubstr(std::string("m/model.safetensors: tensor '") + name + "' is missing"));
  }
  for (const float value : {0.0F, INFINITY, NAN}) {
    ModelFolder bad = good;
    for (auto& [name, tensor] : bad.tensors) {
      if (name == "decoder.layers.0.ffn.fc2.weight") tensor = torch::full_like(tensor, value);
    }
    EXPECT_THAT(message_of<InputError>([&] { fold(bad, "f"); }),
                HasSubstr("f: decoder.layers.0.ffn.fc2.weight cannot be folded"));
  }
}

TEST(Fold, OfAPlainOrFoldedModelIsThatModel) {
  for (const char* name : {"preln-2L-1L", "postln-sigma-2L-1L"}) {
    Transformer trained = trained_model(small_config(name), 3);
    const ModelFolder once = fold(folder_of(trained), "m");
    const ModelFolder twice = fold(once, "m");
    EXPECT_TRUE(twice.folded);
    EXPECT_EQ(twice.vocabulary.target, "a vocabulary");
    EXPECT_EQ(config::to_string(twice.config.architecture), name);
    ASSERT_EQ(twice.tensors.size(), once.tensors.size());
    for (const auto& [key, tensor] : once.tensors) {
      EXPECT_TRUE(torch::equal(find(twice.tensors, key), tensor)) << key;
    }
  }
}

TEST(TakeWeights, OfAFoldedModelGivesItsLogitsAndConvergedNorms) {
  for (const config::ModelConfig& config : every_kind_of_weights()) {
    SCOPED_TRACE(config::to_string(config.architecture));
    Transformer trained = trained_model(config, 7);
    Transformer copy(config);
    initialize(copy, /*seed=*/99);
    take_weights(fold(folder_of(trained), "model"), copy, "folded");
    EXPECT_LT(largest_difference(logits_of(copy), logits_of(trained)), 2e-5);
    for (layers::StackedLinear* linear : copy->linears()) {
      for (const layers::StackedLinear::Group& group : linear->groups()) {
        if (!group.parametrization->sigma()) continue;
        const double norm =
            torch::linalg_svdvals(group.raw.to(torch::kFloat64)).max().item<double>();
        EXPECT_NEAR(*group.parametrization->spectral_gain(), norm, 1e-6 * norm);
        EXPECT_NEAR(*group.parametrization->sigma(), norm, 1e-6 * norm);
      }
    }
  }
}

TEST(TakeWeights, OfAModelThatIsNotFoldedTakesAllTensors) {
  Transformer trained = trained_model(sigma_config(SigmaGroups::kQkv, true), 7);
  Transformer copy(trained->config());
  take_weights(folder_of(trained), copy, "model");
  const NamedTensors theirs = named_tensors(trained), mine = named_tensors(copy);
  for (size_t i = 0; i < mine.size(); ++i) {
    EXPECT_TRUE(torch::equal(mine[i].second, theirs[i].second)) << mine[i].first;
  }
  EXPECT_TRUE(torch::equal(logits_of(copy), logits_of(trained)));
}

TEST(TakeWeights, WhatTheModelLacksIsNamed) {
  Transformer trained = trained_model(small_config("postln-sigma-2L-1L"), 3);
  ModelFolder folded = fold(folder_of(trained), "m");
  folded.tensors.pop_back();
  EXPECT_THAT(message_of<InputError>([&] { take_weights(folded, trained, "file"); }),
              HasSubstr("is missing"));
}

}  // namespace
}  // namespace nmt::model::fold_test
