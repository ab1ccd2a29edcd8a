// Configurations as JSON: round trip, types, and strictness.

#include "nmt/config/config_json.h"

#include <gtest/gtest.h>

#include "data/text/error.h"
#include "nmt/config/config_table.h"
#include "tests/testing/temp_folder.h"

namespace nmt::config::config_json_test {
namespace {

using testing::message_of;

TrainingConfig unusual() {
  TrainingConfig config;
  config.model.architecture = {.residual = layers::ResidualKind::kDeepNorm,
                               .linear = layers::LinearKind::kSigma,
                               .encoder_layers = 3,
                               .decoder_layers = 2,
                               .head_norm = layers::HeadNormKind::kLayerNorm};
  config.model.vocab_size = 7999;
  config.model.gamma_init = layers::GammaInit{0.1};
  config.model.sigma_embeddings = true;
  config.model.tie_embeddings = layers::EmbeddingTie::kNone;
  config.data.train_sets = {"a b", "c"};
  config.data.subword = data::SubwordModel::kBpe;
  config.optimization.learning_rate = 1.0 / 3;
  config.optimization.adam_eps = 1e-9;
  config.seed = 9'000'000'000'000'000'000u;
  return config;
}

TEST(ConfigJsonTest, TrainingConfigRoundTripsThroughText) {
  const TrainingConfig config = unusual();
  const std::string text = to_json(config).dump();
  const TrainingConfig back =
      training_config_from_json(nlohmann::ordered_json::parse(text), "state.json");
  EXPECT_TRUE(differences(config, back).empty());
  EXPECT_EQ(back.optimization.learning_rate, 1.0 / 3);
  EXPECT_EQ(back.seed, config.seed);
  EXPECT_EQ(back.model.vocab_size, 7999);
  EXPECT_EQ(back.data.vocab_size, 8000);
}

TEST(ConfigJsonTest, ModelConfigRoundTrips) {
  const ModelConfig model = unusual().model;
  const auto json = to_json(model);
  EXPECT_EQ(json["arch"], "deepnorm-sigma-qknorm-3L-2L");
  EXPECT_EQ(json["vocab-size"], 7999);
  EXPECT_EQ(json["gamma-init"], "0.1");
  EXPECT_FALSE(json.contains("train-sets"));
  const ModelConfig back = model_config_from_json(json, "config.json");
  EXPECT_EQ(to_json(back), json);
  EXPECT_EQ(back.gamma_init->value, 0.1);
}

TEST(ConfigJsonTest, TakesDefaultsForKeysThatEarlierVersionsLack) {
  auto json = to_json(unusual());
  for (const char* later :
       {"length-bound", "normalization", "byte-fallback", "sigma-steps", "init-from"}) {
    ASSERT_EQ(json.erase(later), 1u) << later;
  }
  json["vocab"] = "";  // It was a text while there could be but one.
  TrainingConfig back = training_config_from_json(json, "state.json");
  EXPECT_TRUE(differences(unusual(), back).empty());
  json["vocab"] = "a b.model";
  back = training_config_from_json(json, "state.json");
  EXPECT_EQ(back.data.vocab, std::vector<std::string>{"a b.model"});
}

TEST(ConfigJsonTest, HoldsTheSizeOfASourceVocabularyWhereThereAreTwo) {
  ModelConfig model = unusual().model;
  EXPECT_FALSE(to_json(model).contains("source-vocab-size"));
  model.source_vocab_size = 300;
  EXPECT_EQ(model_config_from_json(to_json(model), "config.json").source_vocab_size, 300);
}

TEST(ConfigJsonTest, ValuesHaveTheirOwnTypes) {
  const auto json = to_json(unusual());
  EXPECT_TRUE(json["d-model"].is_number_integer());
  EXPECT_TRUE(json["dropout"].is_number_float());
  EXPECT_TRUE(json["sigma-embeddings"].is_boolean());
  EXPECT_TRUE(json["train-sets"].is_array());
  EXPECT_TRUE(json["valid-sets"].empty());
  EXPECT_FALSE(json.contains("resume"));
}

TEST(ConfigJsonTest, ErrorsNameFileKeyAndRule) {
  const auto error = [](const char* key, const nlohmann::ordered_json& value) {
    auto json = to_json(ModelConfig{});
    json[key] = value;
    return message_of<InputError>([&] { model_config_from_json(json, "m/config.json"); });
  };
  EXPECT_EQ(error("headz", 8), "m/config.json: unknown key 'headz'; did you mean heads?");
  EXPECT_EQ(error("heads", "8"), "m/config.json: heads must be a whole number, got \"8\"");
  EXPECT_EQ(error("heads", 8.5), "m/config.json: heads must be a whole number, got 8.5");
  EXPECT_EQ(error("heads", 0), "m/config.json: heads must be at least 1, got 0");
  EXPECT_EQ(error("dropout", nullptr), "m/config.json: dropout must be a number, got null");
  EXPECT_EQ(error("arch", 3), "m/config.json: arch must be a text, got 3");
  EXPECT_EQ(error("sigma-embeddings", 1),
            "m/config.json: sigma-embeddings must be true or false, got 1");

  auto json = to_json(ModelConfig{});
  json.erase("d-model");
  EXPECT_EQ(message_of<InputError>([&] { model_config_from_json(json, "m/config.json"); }),
            "m/config.json: key 'd-model' is missing");
  EXPECT_EQ(message_of<InputError>([&] { model_config_from_json("x", "m/config.json"); }),
            "m/config.json: a configuration must be a JSON object");
  auto training = to_json(TrainingConfig{});
  training["train-sets"] = {1, 2};
  EXPECT_EQ(message_of<InputError>([&] { training_config_from_json(training, "s.json"); }),
            "s.json: train-sets must be a list of texts, got [1,2]");
}

}  // namespace
}  // namespace nmt::config::config_json_test
