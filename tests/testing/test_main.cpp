// The main function of every test executable: `text_tests utf8_test` runs the cases of the file
// utf8_test.cpp, whatever filter is set; without a name GoogleTest's own rules hold.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <string>

namespace {

// The filter that lets through the cases of a file; empty if it has none.
std::string cases_of(const std::string& file) {
  std::string filter;
  const ::testing::UnitTest& all = *::testing::UnitTest::GetInstance();
  for (int s = 0; s < all.total_test_suite_count(); ++s) {
    const ::testing::TestSuite& suite = *all.GetTestSuite(s);
    for (int c = 0; c < suite.total_test_count(); ++c) {
      const ::testing::TestInfo& one = *suite.GetTestInfo(c);
      if (std::filesystem::path(one.file()).stem() == file) {
        filter += std::string(filter.empty() ? "" : ":") + suite.name() + "." + one.name();
      }
    }
  }
  return filter;
}

}  // namespace

int main(int count, char** arguments) {
  ::testing::InitGoogleMock(&count, arguments);
  if (count > 1) {
    const std::string filter = cases_of(arguments[1]);
    if (filter.empty()) {
      std::fprintf(stderr, "%s: no case comes from a file '%s.cpp'\n", arguments[0], arguments[1]);
      return 1;
    }
    GTEST_FLAG_SET(filter, filter);
  }
  return RUN_ALL_TESTS();
}
