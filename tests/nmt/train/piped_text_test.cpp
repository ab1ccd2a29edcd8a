// Sets out of pipes: read to their end, kept as they came, or gone with a run that is refused.

#include "nmt/train/piped_text.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <thread>

#include "data/text/descriptor.h"
#include "data/text/error.h"
#include "tests/testing/temp_folder.h"

namespace nmt::train::piped_text_test {
namespace {

namespace fs = std::filesystem;
using nmt::testing::message_of;
using ::testing::HasSubstr;

class PipedTextTest : public ::testing::Test {
 protected:
  void SetUp() override { config_.model_dir = folder_.path("model"); }

  std::string pipe(const std::string& name) {
    EXPECT_EQ(::mkfifo(folder_.path(name).c_str(), 0600), 0);
    return folder_.path(name);
  }

  text::Descriptor open_to_write(const std::string& path) {
    return text::Descriptor(::open(path.c_str(), O_WRONLY));
  }

  nmt::testing::TempFolder folder_;
  config::TrainingConfig config_;
};

TEST_F(PipedTextTest, FilesStayWhereTheyAre) {
  const std::string source = folder_.write("a.en", "a\n"), target = folder_.write("a.de", "b\n");
  config_.data.train_sets = {source, target};
  config_.data.valid_sets = {"none.en", "none.de"};  // Reading them says what is wrong.
  PipedText piped(config_);
  piped.name_lasting_places(config_);
  piped.keep(config_);
  EXPECT_EQ(config_.data.train_sets, (std::vector<std::string>{source, target}));
  EXPECT_EQ(config_.data.valid_sets, (std::vector<std::string>{"none.en", "none.de"}));
  EXPECT_TRUE(piped.copies().empty());
  EXPECT_FALSE(fs::exists(config_.model_dir));
}

// One process writes both, a line of each in turn, and more than a pipe holds.
TEST_F(PipedTextTest, BothSidesAreReadAtTheSameTime) {
  const std::string source = pipe("source"), target = pipe("target");
  std::string line(3000, 'x'), all;
  line += '\n';
  std::jthread writer([&] {
    const auto sources = open_to_write(source), targets = open_to_write(target);
    for (int i = 0; i < 100; ++i) {
      EXPECT_EQ(text::write_all(sources.get(), line).error, 0);
      EXPECT_EQ(text::write_all(targets.get(), line).error, 0);
    }
  });
  for (int i = 0; i < 100; ++i) all += line;
  config_.data.train_sets = {source, target};
  PipedText piped(config_);
  EXPECT_EQ(folder_.read(config_.data.train_sets[1]), all);
  piped.name_lasting_places(config_);
  piped.keep(config_);
  const std::string kept = folder_.path("model/piped-text/train.");
  EXPECT_EQ(config_.data.train_sets, (std::vector<std::string>{kept + "src", kept + "tgt"}));
  EXPECT_EQ(folder_.read("model/piped-text/train.src"), all);
  EXPECT_EQ(folder_.read("model/piped-text/train.tgt"), all);
  ASSERT_EQ(piped.copies().size(), 2u);
  EXPECT_EQ(piped.copies()[0].stream, source);
  EXPECT_EQ(piped.copies()[0].path, kept + "src");
  EXPECT_EQ(piped.copies()[0].bytes, 300'100);
}

TEST_F(PipedTextTest, PackedBytesAreKeptAsTheyCome) {
  const std::string source = pipe("source");
  const std::string packed = "\x1F\x8B any bytes";
  std::jthread writer([&] { text::write_all(open_to_write(source).get(), packed); });
  config_.data.valid_sets = {source, folder_.write("a.de", "b\n")};
  PipedText piped(config_);
  piped.name_lasting_places(config_);
  piped.keep(config_);
  EXPECT_EQ(folder_.read("model/piped-text/valid.src"), packed);
  EXPECT_EQ(config_.data.valid_sets[1], folder_.path("a.de"));
}

TEST_F(PipedTextTest, ARunThatIsRefusedLeavesNothing) {
  fs::create_directories(folder_.path("model/piped-text"));
  folder_.write("model/piped-text/train.src", "of a former run");
  const std::string source = pipe("source");
  std::jthread writer([&] { text::write_all(open_to_write(source).get(), "new"); });
  config_.data.train_sets = {source, folder_.write("a.de", "b\n")};
  { const PipedText piped(config_); }
  EXPECT_EQ(folder_.read("model/piped-text/train.src"), "of a former run");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_.path("model")), {}), 1);
}

// A resume that pipes one side or set anew, and names the kept copies of the others.
TEST_F(PipedTextTest, CopiesThatAreStillNamedStay) {
  fs::create_directories(folder_.path("model/piped-text"));
  const auto kept = [&](const char* name, const char* text) {
    return folder_.write(std::string("model/piped-text/") + name, text);
  };
  config_.data.train_sets = {kept("train.src", "old source"), kept("train.tgt", "old target")};
  kept("valid.src", "no longer named");
  const std::string source = pipe("source");
  std::jthread writer([&] { text::write_all(open_to_write(source).get(), "new"); });
  config_.data.valid_sets = {config_.data.train_sets[0], source};
  PipedText piped(config_);
  piped.name_lasting_places(config_);
  piped.keep(config_);
  EXPECT_EQ(folder_.read("model/piped-text/train.src"), "old source");
  EXPECT_EQ(folder_.read("model/piped-text/train.tgt"), "old target");
  EXPECT_EQ(folder_.read("model/piped-text/valid.tgt"), "new");
  EXPECT_FALSE(fs::exists(folder_.path("model/piped-text/valid.src")));
}

TEST_F(PipedTextTest, ACopyThatIsStillNamedIsNotOverwritten) {
  fs::create_directories(folder_.path("model/piped-text"));
  const std::string old = folder_.write("model/piped-text/train.src", "old");
  const std::string source = pipe("source");
  std::jthread writer([&] { text::write_all(open_to_write(source).get(), "new"); });
  config_.data.train_sets = {source, old};
  PipedText piped(config_);
  piped.name_lasting_places(config_);
  piped.keep(config_);
  EXPECT_EQ(folder_.read(config_.data.train_sets[1]), "old");
  EXPECT_EQ(folder_.read(config_.data.train_sets[0]), "new");
}

TEST_F(PipedTextTest, OneStreamCannotBeTwoSets) {
  const std::string source = pipe("source");
  config_.data.train_sets = {source, folder_.path() + "/./source"};
  EXPECT_THAT(message_of<UsageError>([&] { PipedText{config_}; }),
              HasSubstr("are the same stream, which can be read only once"));
  config_.data.train_sets = {"-", folder_.write("a.de", "b\n")};
  config_.data.valid_sets = {folder_.write("b.en", "b\n"), "/dev/stdin"};
  EXPECT_THAT(message_of<UsageError>([&] { PipedText{config_}; }),
              HasSubstr("--train-sets - and --valid-sets /dev/stdin are the same stream"));
}

}  // namespace
}  // namespace nmt::train::piped_text_test
