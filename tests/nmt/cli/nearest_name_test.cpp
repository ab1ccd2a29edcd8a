// Edit distance against its recursive definition, and the suggestions that follow from it.

#include "nmt/cli/nearest_name.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace nmt::cli::nearest_name_test {
namespace {

size_t naive_distance(std::string_view a, std::string_view b) {
  if (a.empty() || b.empty()) return a.size() + b.size();
  const auto without = [](std::string_view text, size_t n) {
    return text.substr(0, text.size() - n);
  };
  size_t best =
      std::min({naive_distance(without(a, 1), b) + 1, naive_distance(a, without(b, 1)) + 1,
                naive_distance(without(a, 1), without(b, 1)) + (a.back() != b.back())});
  const bool swapped =
      a.size() > 1 && b.size() > 1 && a.back() == b[b.size() - 2] && a[a.size() - 2] == b.back();
  if (swapped) best = std::min(best, naive_distance(without(a, 2), without(b, 2)) + 1);
  return best;
}

std::vector<std::string> all_words(size_t longest) {
  std::vector<std::string> words = {""};
  for (size_t i = 0; i < words.size(); ++i) {
    if (words[i].size() == longest) break;
    for (const char letter : {'a', 'b', 'c'}) words.push_back(words[i] + letter);
  }
  return words;
}

TEST(NearestNameTest, DistanceEqualsItsDefinitionOnAllShortWords) {
  const auto words = all_words(4);
  for (const std::string& a : words) {
    for (const std::string& b : words) ASSERT_EQ(edit_distance(a, b), naive_distance(a, b));
  }
}

TEST(NearestNameTest, SuggestsSlipsAndNothingFarOff) {
  const std::vector<std::string> names = {"dropout", "d-model", "beam-size", "seed"};
  EXPECT_EQ(nearest_name("droput", names), "dropout");
  EXPECT_EQ(nearest_name("d_model", names), "d-model");
  EXPECT_EQ(nearest_name("beamsize", names), "beam-size");
  EXPECT_EQ(nearest_name("sede", names), "seed");
  EXPECT_FALSE(nearest_name("zz", names));
  EXPECT_FALSE(nearest_name("completely-different", names));
  EXPECT_FALSE(nearest_name("x", {}));
  EXPECT_EQ(did_you_mean("droput", names), "; did you mean dropout?");
  EXPECT_EQ(did_you_mean("completely-different", names), "");
  EXPECT_EQ(did_you_mean("droput", names, "--"), "; did you mean --dropout?");
}

TEST(NearestNameTest, SuggestsByInitialsPartsAndOtherToolkitsNames) {
  const std::vector<std::string> names = {"d-model",         "dropout",         "attention-dropout",
                                          "max-tokens",      "update-freq",     "lr-schedule",
                                          "lr-decay-factor", "learning-rate",   "weight-decay",
                                          "warmup-updates",  "label-smoothing", "max-updates",
                                          "max-epochs",      "valid-beam-size", "beam-size"};
  const std::pair<const char*, const char*> meant[] = {
      {"lr", "learning-rate"},
      {"wd", "weight-decay"},
      {"warmup", "warmup-updates"},
      {"warmup-steps", "warmup-updates"},
      {"beam", "beam-size"},
      {"lr-decay", "lr-decay-factor"},
      {"dropout-rate", "dropout"},
      {"epochs", "max-epochs"},
      {"smoothing", "label-smoothing"},
      {"bsz", "max-tokens"},
      {"batch-size", "max-tokens"},
      {"max-steps", "max-updates"},
      {"hidden-size", "d-model"},
      {"max-token", "max-tokens"},
  };
  for (const auto& [wrong, name] : meant) EXPECT_EQ(nearest_name(wrong, names), name) << wrong;
  // Another toolkit's name for what this program does not have; a part that is too short.
  EXPECT_FALSE(nearest_name("gpus", names));
  EXPECT_FALSE(nearest_name("ea", names));
}

}  // namespace
}  // namespace nmt::cli::nearest_name_test
