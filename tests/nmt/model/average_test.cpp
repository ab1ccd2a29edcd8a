// The mean of models against a float64 oracle.

#include "nmt/model/average.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/text/error.h"
#include "nmt/model/fold.h"
#include "tests/nmt/model/reparametrised_model.h"
#include "tests/testing/temp_folder.h"

namespace nmt::model::average_test {
namespace {

using checkpoint::ModelFolder;
using layers::SigmaGroups;
using nmt::testing::message_of;
using nmt::testing::TempFolder;
using testing::find;
using testing::folder_of;
using ::testing::HasSubstr;
using testing::sigma_config;
using testing::small_config;
using testing::trained_model;

TEST(Average, IsTheMeanOfTheEffectiveWeights) {
  const TempFolder temp;
  std::vector<std::string> folders;
  std::vector<NamedTensors> folded;
  for (uint64_t seed = 1; seed <= 3; ++seed) {
    Transformer transformer = trained_model(sigma_config(SigmaGroups::kSeparate, false), seed);
    folders.push_back(temp.path("m" + std::to_string(seed)));
    checkpoint::save_model(folders.back(), folder_of(transformer));
    folded.push_back(fold(folder_of(transformer), "m").tensors);
  }
  const ModelFolder mean = average(folders);
  EXPECT_TRUE(mean.folded);
  ASSERT_EQ(mean.tensors.size(), folded[0].size());
  for (const auto& [name, tensor] : mean.tensors) {
    torch::Tensor sum = torch::zeros(tensor.sizes(), torch::kFloat64);
    for (const NamedTensors& model : folded) sum += find(model, name).to(torch::kFloat64);
    EXPECT_TRUE(torch::equal(tensor, (sum / 3.0).to(torch::kFloat32))) << name;
  }
}

TEST(Average, OfOneModelIsThatModelFolded) {
  const TempFolder temp;
  Transformer transformer = trained_model(sigma_config(SigmaGroups::kQkv, false), 4);
  checkpoint::save_model(temp.path("m"), folder_of(transformer));
  const NamedTensors folded = fold(folder_of(transformer), "m").tensors;
  for (const auto& [name, tensor] : average({temp.path("m")}).tensors) {
    EXPECT_TRUE(torch::equal(tensor, find(folded, name))) << name;
  }
}

TEST(Average, FoldedModelsMayBeAveragedAgainAndSaved) {
  const TempFolder temp;
  Transformer transformer = trained_model(sigma_config(SigmaGroups::kSeparate, false), 4);
  checkpoint::save_model(temp.path("a"), folder_of(transformer));
  checkpoint::save_model(temp.path("b"), average({temp.path("a")}));
  const NamedTensors once = checkpoint::load_model(temp.path("b")).tensors;
  for (const auto& [name, tensor] : average({temp.path("a"), temp.path("b")}).tensors) {
    EXPECT_TRUE(torch::equal(tensor, find(once, name))) << name;
  }
}

// As in a run that was begun before models had a bound.
TEST(Average, HasTheLengthBoundOfTheLast) {
  const TempFolder temp;
  Transformer transformer = trained_model(small_config("preln-2L-1L"), 4);
  ModelFolder model = folder_of(transformer);
  checkpoint::save_model(temp.path("a"), model);
  model.config.length_bound = config::LengthBound{3.0, 20};
  checkpoint::save_model(temp.path("b"), model);
  EXPECT_EQ(average({temp.path("a"), temp.path("b")}).config.length_bound,
            model.config.length_bound);
}

TEST(Average, ModelsThatDifferAreRefused) {
  const TempFolder temp;
  Transformer transformer = trained_model(small_config("preln-2L-1L"), 4);
  const ModelFolder model = folder_of(transformer);
  checkpoint::save_model(temp.path("a"), model);
  const auto message = [&](const ModelFolder& other) {
    checkpoint::save_model(temp.path("b"), other);
    return message_of<InputError>([&] { average({temp.path("a"), temp.path("b")}); });
  };
  ModelFolder other = model;
  other.config.dropout = 0.5;
  EXPECT_THAT(message(other), HasSubstr("dropout is 0.5 in " + temp.path("b") + " and 0.0 in"));
  other = model;
  other.vocabulary = std::string("other");
  EXPECT_THAT(message(other), HasSubstr("another vocabulary"));
  other = model;
  other.tensors.pop_back();
  EXPECT_THAT(message(other), HasSubstr("is missing"));
  EXPECT_THROW(average({}), UsageError);
}

}  // namespace
}  // namespace nmt::model::average_test
