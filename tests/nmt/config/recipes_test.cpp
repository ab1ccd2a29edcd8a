// The recipes of configs/: each is valid, commented, listed, and what its name says.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "data/text/byte_source.h"
#include "nmt/config/arch_name.h"
#include "nmt/config/training_command.h"

namespace nmt::config::recipes_test {
namespace {

std::vector<std::filesystem::path> recipes() {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(NMT_SOURCE_DIR "/configs")) {
    if (entry.path().extension() == ".conf") paths.push_back(entry.path());
  }
  return paths;
}

TrainingConfig parse(const std::string& path) {
  const char* arguments[] = {"nmt-train", "--config",     path.c_str(), "--train-sets", "a.en",
                             "a.de",      "--valid-sets", "b.en",       "b.de"};
  return new_config(parse_training_command(9, arguments));
}

TEST(RecipesTest, EveryRecipeIsValidAndListed) {
  const std::string page = text::read_file(NMT_SOURCE_DIR "/configs/README.md");
  EXPECT_GE(recipes().size(), 12u);
  for (const auto& path : recipes()) {
    EXPECT_NO_THROW(parse(path)) << path;
    EXPECT_THAT(page, ::testing::HasSubstr("`" + path.filename().string() + "`"));
    EXPECT_TRUE(text::read_file(path).starts_with("# ")) << path << " must begin by saying why";
  }
}

TEST(RecipesTest, ArchitectureRecipesTrainWhatTheirNameSays) {
  for (const auto& path : recipes()) {
    const std::string name = path.stem();
    if (name.back() != 'L') continue;
    EXPECT_EQ(to_string(parse(path).model.architecture), name);
  }
}

}  // namespace
}  // namespace nmt::config::recipes_test
