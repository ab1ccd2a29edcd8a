// A result file is whole or not there; anything that is no file is written directly.

#include "nmt/decode/output_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <iostream>
#include <sstream>

#include "data/text/error.h"
#include "data/text/whole_file.h"
#include "tests/testing/temp_folder.h"

namespace nmt::decode {
namespace {

using ::testing::HasSubstr;

TEST(OutputFileTest, AppearsWholeAtCommit) {
  const testing::TempFolder folder;
  const std::string path = folder.path("out.txt");
  std::ostringstream standard_output;
  OutputFile output(path, standard_output);
  output.stream() << "one\n";
  output.flush();
  EXPECT_FALSE(std::filesystem::exists(path));
  output.stream() << "two\n";
  output.commit();
  EXPECT_EQ(text::read_file(path), "one\ntwo\n");
  EXPECT_FALSE(std::filesystem::exists(path + ".partial"));
  EXPECT_EQ(standard_output.str(), "");
}

TEST(OutputFileTest, WithoutCommitTheOldFileStays) {
  const testing::TempFolder folder;
  const std::string path = folder.path("out.txt");
  text::write_file_atomically(path, "old");
  {
    OutputFile output(path, std::cout);
    output.stream() << "new";
    output.flush();
  }
  EXPECT_EQ(text::read_file(path), "old");
  EXPECT_FALSE(std::filesystem::exists(path + ".partial"));
}

TEST(OutputFileTest, DashIsStandardOutput) {
  std::ostringstream standard_output;
  OutputFile output("-", standard_output);
  output.stream() << "text";
  output.commit();
  EXPECT_EQ(standard_output.str(), "text");
}

TEST(OutputFileTest, DevicesAreWrittenDirectly) {
  OutputFile output("/dev/null", std::cout);
  output.stream() << "text";
  output.commit();
  EXPECT_TRUE(std::filesystem::is_character_file("/dev/null"));
}

TEST(OutputFileTest, AFullDiskIsAnError) {
  OutputFile output("/dev/full", std::cout);
  output.stream() << "text";
  EXPECT_THAT(testing::message_of<InputError>([&] { output.flush(); }),
              HasSubstr("/dev/full: cannot write: No space left"));
}

TEST(OutputFileTest, AMissingFolderIsAnErrorThatNamesTheFile) {
  const testing::TempFolder folder;
  EXPECT_THROW(OutputFile(folder.path("no/out.txt"), std::cout), InputError);
}

}  // namespace
}  // namespace nmt::decode
