// Gzip blocks against gzip itself: torn, damaged and hostile files, from either end.

#include "data/text/gzip_blocks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "data/text/error.h"
#include "tests/data/text/gzip.h"
#include "tests/testing/temp_folder.h"

namespace nmt::text::gzip_blocks_test {
namespace {

using ::testing::HasSubstr;
using testing::message_of;

// Empty, short, compressible and random texts.
std::vector<std::string> sample_texts() {
  std::string noise;
  std::mt19937 random(1);
  for (int i = 0; i < 200'000; ++i) noise += static_cast<char>(random());
  return {"one\n", "", std::string(500'000, 'x'), noise, std::string("\x1F\x8B\x08\x04\0", 5)};
}

std::string joined(const std::vector<std::string>& texts) {
  std::string all;
  for (const std::string& text : texts) all += text;
  return all;
}

std::string blocks_of(const std::vector<std::string>& texts) {
  std::string blocks;
  for (const std::string& text : texts) blocks += gzip_block(text);
  return blocks;
}

TEST(GzipBlocks, GzipReadsThemAsOneText) {
  const testing::TempFolder folder;
  folder.write("texts.gz", blocks_of(sample_texts()));
  const std::string file = folder.path("texts");
  ASSERT_EQ(std::system(("gzip -dc " + file + ".gz > " + file).c_str()), 0);
  EXPECT_EQ(folder.read("texts"), joined(sample_texts()));
}

TEST(GzipBlocks, AreReadFromTheBeginning) {
  const testing::TempFolder folder;
  const std::string path = folder.write("texts", blocks_of(sample_texts()));
  EXPECT_EQ(read_file(path), joined(sample_texts()));
  GzipBlockReader reader(open_packed(path), path);
  int64_t end = 0;
  for (const std::string& text : sample_texts()) {
    EXPECT_EQ(reader.next(), text);
    end += std::ssize(gzip_block(text));
    EXPECT_EQ(reader.end(), end);
  }
  EXPECT_EQ(reader.next(), std::nullopt);
  EXPECT_EQ(reader.end(), end);
}

TEST(GzipBlocks, OfAnyPartTheWholeOnesAreFound) {
  const std::string a = gzip_block("a"), b = gzip_block("bb"), c = gzip_block("ccc");
  const std::string all = a + b + c;
  for (size_t begin = 0; begin <= all.size(); ++begin) {
    for (size_t end = begin; end <= all.size(); ++end) {
      std::vector<std::string> expected;
      if (begin == 0 && end >= a.size()) expected.push_back("a");
      if (begin <= a.size() && end >= (a + b).size()) expected.push_back("bb");
      if (begin <= (a + b).size() && end == all.size()) expected.push_back("ccc");
      ASSERT_EQ(whole_blocks(std::string_view(all).substr(begin, end - begin)), expected)
          << begin << " to " << end;
    }
  }
}

TEST(GzipBlocks, ATornLastOneIsLeftOut) {
  const testing::TempFolder folder;
  const std::string kept = gzip_block("one\n"), torn = gzip_block("two\n");
  for (size_t bytes = 0; bytes < torn.size(); ++bytes) {
    EXPECT_EQ(read_file(folder.write("texts.gz", kept + torn.substr(0, bytes))), "one\n") << bytes;
    const std::string padded = torn.substr(0, bytes) + std::string(torn.size() - bytes, '\0');
    if (padded == torn) continue;  // Its own last bytes are zeros.
    EXPECT_EQ(read_file(folder.write("texts.gz", kept + padded)), "one\n")
        << bytes << " bytes, then zeros";
  }
}

TEST(GzipBlocks, AByteThatIsWrongInsideIsFoundWhereverItIs) {
  const testing::TempFolder folder;
  const std::string first = gzip_block("one\n"), second = gzip_block("two\n");
  for (size_t place = 0; place < second.size(); ++place) {
    const bool beyond_the_end = place > kGzipBlockMark.size() && place < kGzipBlockMark.size() + 4;
    if (beyond_the_end) continue;  // Such a size makes a torn block.
    std::string damaged = second;
    damaged[place] ^= 1;
    const std::string path = folder.write("texts.gz", first + damaged + first);
    EXPECT_THAT(message_of<InputError>([&] { read_file(path); }),
                HasSubstr("the block at byte " + std::to_string(first.size()) + " is damaged"))
        << "byte " << place;
  }
}

TEST(GzipBlocks, OtherGzipFilesAreWhatTheyWere) {
  const testing::TempFolder folder;
  const std::string member = gzip_member("one\n");
  EXPECT_EQ(read_file(folder.write("texts.gz", member + gzip_block("two\n"))), "one\ntwo\n");
  const std::string torn = folder.write("texts.gz", member.substr(0, member.size() - 1));
  EXPECT_THAT(message_of<InputError>([&] { read_file(torn); }), HasSubstr("is cut short"));
}

}  // namespace
}  // namespace nmt::text::gzip_blocks_test
