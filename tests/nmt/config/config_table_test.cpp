// The table of keys: complete, consistent, and the only source of flags and reference page.

#include "nmt/config/config_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>
#include <set>
#include <sstream>

#include "data/text/byte_source.h"
#include "data/text/error.h"
#include "nmt/config/reference.h"
#include "nmt/config/training_command.h"
#include "tests/testing/temp_folder.h"

namespace nmt::config::config_table_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string error(const std::string& key, const std::string& value) {
  return testing::message_of<UsageError>([&] {
    TrainingConfig config;
    assign(find_key(key)->member, config, {value});
  });
}

TEST(ConfigTableTest, NamesAreUniqueAndWellFormed) {
  std::set<std::string_view> names;
  const std::regex form("[a-z0-9]+(-[a-z0-9]+)*");
  for (const ConfigKey& key : config_table()) {
    EXPECT_TRUE(names.insert(key.name).second) << key.name;
    EXPECT_TRUE(std::regex_match(std::string(key.name), form)) << key.name;
    EXPECT_FALSE(key.sentence.empty()) << key.name;
  }
}

TEST(ConfigTableTest, DefaultsAreAllowedValues) {
  for (const ConfigKey& key : config_table()) {
    TrainingConfig config;
    const std::string value = value_text(key.member, config);
    if (value.empty()) continue;
    assign(key.member, config, {value});
    EXPECT_EQ(value_text(key.member, config), value) << key.name;
  }
}

TEST(ConfigTableTest, EveryRowPointsAtAMemberOfItsOwn) {
  // Setting one key changes the text of no other.
  const auto other_value = [](const ConfigKey& key) -> std::string {
    if (key.name == "arch") return "deepnorm-sigma-3L-2L";
    if (key.name == "attention-temperature-at") return "5:0.5";
    if (key.name == "track-attention") return "false";
    if (key.name == "length-bound") return "3x+5";
    if (key.name == "device") return "cpu";
    if (const auto* spelled = std::get_if<Spelled>(&key.member)) {
      return spelled->names == nullptr ? "0.5" : spelled->names().back();
    }
    if (std::holds_alternative<Integer>(key.member)) return "77";
    if (std::holds_alternative<Seed>(key.member)) return "77";
    if (std::holds_alternative<Real>(key.member)) return "0.25";
    if (std::holds_alternative<Text>(key.member)) return "elsewhere";
    return "true";
  };
  for (const ConfigKey& key : config_table()) {
    TrainingConfig config;
    if (std::holds_alternative<Texts>(key.member)) {
      assign(key.member, config, {"a", "b"});
    } else {
      assign(key.member, config, {other_value(key)});
    }
    const auto found = differences(TrainingConfig{}, config);
    ASSERT_EQ(found.size(), 1u) << key.name;
    EXPECT_EQ(found[0].key, key.name);
  }
}

TEST(ConfigTableTest, ErrorsStateRuleAndValue) {
  EXPECT_EQ(error("dropout", "1"), "must be at least 0 and below 1, got 1");
  EXPECT_EQ(error("dropout", "-0.1"), "must be at least 0 and below 1, got -0.1");
  EXPECT_EQ(error("subword-sampling", "1.5"), "must be at least 0 and at most 1, got 1.5");
  EXPECT_EQ(error("learning-rate", "0"), "must be above 0, got 0");
  EXPECT_EQ(error("d-model", "0"), "must be at least 1, got 0");
  EXPECT_EQ(error("max-tokens", "1"), "must be at least 2, got 1");
  EXPECT_EQ(error("d-model", "many"), "must be a whole number, got 'many'");
  EXPECT_EQ(error("seed", "-1"), "must be at least 0, got -1");
  EXPECT_EQ(error("threads", "5000"), "must be from 0 to 4096, got 5000");
  EXPECT_EQ(error("activation", "rely"),
            "must be one of relu, gelu, swiglu; got 'rely'; did you mean relu?");
  EXPECT_EQ(error("lr-schedule", "inverse-sqr"),
            "must be one of inverse-sqrt, constant, linear, cosine, step, plateau; got "
            "'inverse-sqr'; did you mean inverse-sqrt?");
  EXPECT_EQ(error("lr-decay-factor", "1"), "must be above 0 and below 1, got 1");
  EXPECT_EQ(error("sigma-embeddings", "yes"), "must be true or false, got 'yes'");
}

TEST(ConfigTableTest, VocabTakesOnePathOrTwo) {
  const auto vocab = [](std::vector<const char*> arguments) {
    TrainingConfig config;
    arguments.insert(arguments.begin(), "nmt-train");
    training_flags(config).parse(static_cast<int>(arguments.size()), arguments.data());
    return config.data.vocab;
  };
  EXPECT_THAT(vocab({"--vocab", "a.model", "--seed", "2"}), ElementsAre("a.model"));
  EXPECT_THAT(vocab({"--vocab", "a.model", "b.model", "--seed", "2"}),
              ElementsAre("a.model", "b.model"));
  EXPECT_EQ(testing::message_of<UsageError>([&] {
              vocab({"--vocab", "--seed", "2"});
            }),
            "--vocab needs a value: PATH|SRC TGT");
}

TEST(ConfigTableTest, GammaInitHasItsOwnGrammar) {
  TrainingConfig config;
  const Member& member = find_key("gamma-init")->member;
  EXPECT_EQ(value_text(member, config), "auto");
  assign(member, config, {"sigma"});
  EXPECT_TRUE(config.model.gamma_init.has_value());
  EXPECT_FALSE(config.model.gamma_init->value.has_value());
  assign(member, config, {"0.5"});
  EXPECT_EQ(config.model.gamma_init->value, 0.5);
  EXPECT_EQ(value_text(member, config), "0.5");
  assign(member, config, {"1.0"});
  EXPECT_EQ(value_text(member, config), "one");
  assign(member, config, {"auto"});
  EXPECT_FALSE(config.model.gamma_init.has_value());
  EXPECT_EQ(error("gamma-init", "two"), "must be auto, one, sigma or a number above 0, got 'two'");
  EXPECT_EQ(error("gamma-init", "0"), "must be above 0, got 0");
}

TEST(ConfigTableTest, OnlyLimitsLoggingAndTheMachineMayChangeOnResume) {
  std::vector<std::string_view> changeable;
  for (const ConfigKey& key : config_table()) {
    if (key.on_resume == OnResume::kMayChange) changeable.push_back(key.name);
  }
  EXPECT_THAT(
      changeable,
      ElementsAre("lr-decay-updates", "max-updates", "max-epochs", "max-target-tokens",
                  "max-minutes", "patience", "max-bad-updates", "log-every", "sharpness-every",
                  "sharpness-tokens", "sharpness-iterations", "tensorboard", "track-attention",
                  "statistics-every", "matrices-every", "on-collapse", "on-divergence", "model-dir",
                  "resume", "overwrite", "threads", "device", "recompute", "processes",
                  "max-restarts", "rendezvous", "collective-timeout"));
}

TEST(ConfigTableTest, SummaryIsAConfigurationFile) {
  TrainingConfig config;
  config.data.train_sets = {"my corpus.en", "c#.de"};
  config.optimization.learning_rate = 1.0 / 3;
  config.model.gamma_init = layers::GammaInit{std::nullopt};
  config.model.architecture.linear = layers::LinearKind::kSigma;
  const std::string text = summary(config);
  EXPECT_THAT(text, HasSubstr("# Data\ntrain-sets = \"my corpus.en\" \"c#.de\"\n"));

  TrainingConfig back;
  cli::FlagSet set = training_flags(back);
  set.apply_defaults(text, "summary");
  EXPECT_TRUE(differences(config, back).empty());
}

TEST(ConfigTableTest, ReferencePageIsUpToDate) {
  const std::string page = text::read_file(NMT_SOURCE_DIR "/configs/README.md");
  EXPECT_TRUE(page.ends_with(print_reference()))
      << "the end of configs/README.md must be what 'nmt-train --reference' prints";
}

TEST(ConfigTableTest, FlagsAreFrozen) {
  TrainingConfig config;
  std::string flags;
  for (const std::string& name : training_flags(config).names()) flags += "--" + name + "\n";
  EXPECT_EQ(flags, text::read_file(NMT_SOURCE_DIR "/tests/golden/nmt_train_flags.txt"))
      << "scripts rely on these names: removing one breaks them, adding one is a decision";
}

}  // namespace
}  // namespace nmt::config::config_table_test
