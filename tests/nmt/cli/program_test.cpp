// run_program: one meaning for each exit status, one form for each error line.

#include "nmt/cli/program.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cerrno>
#include <iostream>

#include "data/text/error.h"
#include "nmt/cli/format_text.h"

namespace nmt::cli::program_test {
namespace {

struct Outcome {
  int status;
  std::string out, err;
};

Outcome run(const std::function<int(int, char**)>& body) {
  ::testing::internal::CaptureStdout();
  ::testing::internal::CaptureStderr();
  const int status = run_program("nmt-test", 0, nullptr, body);
  return {status, ::testing::internal::GetCapturedStdout(),
          ::testing::internal::GetCapturedStderr()};
}

TEST(ProgramTest, ReturnsTheStatusOfTheBody) {
  const Outcome outcome = run([](int, char**) { return 0; });
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.out + outcome.err, "");
}

TEST(ProgramTest, UsageErrorsEndWithTwo) {
  const Outcome outcome = run([](int, char**) -> int { throw UsageError("unknown flag --x"); });
  EXPECT_EQ(outcome.status, 2);
  EXPECT_EQ(outcome.out, "");
  EXPECT_EQ(outcome.err, "nmt-test: error: unknown flag --x\nTry 'nmt-test --help'.\n");
}

TEST(ProgramTest, OtherErrorsEndWithOne) {
  const Outcome input = run([](int, char**) -> int { throw InputError("a.en: cannot open"); });
  EXPECT_EQ(input.status, 1);
  EXPECT_EQ(input.err, "nmt-test: error: a.en: cannot open\n");
  const Outcome other = run([](int, char**) -> int { throw std::logic_error("defect"); });
  EXPECT_EQ(other.status, 1);
  EXPECT_EQ(other.err, "nmt-test: error: defect\n");
  EXPECT_EQ(run([](int, char**) -> int { throw std::bad_alloc(); }).err,
            "nmt-test: error: out of memory: the system gives this program no more; end other "
            "programs, or raise its limit (ulimit -v, the container's)\n");
}

TEST(ProgramTest, InformationGoesToStandardOutput) {
  const Outcome outcome = run([](int, char**) -> int { throw InformationRequest{"the page\n"}; });
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.out, "the page\n");
  EXPECT_EQ(outcome.err, "");
}

// Standard output is the file `path`, or closed if there is none, while `body` runs.
Outcome run_into(const char* path, const std::function<int(int, char**)>& body) {
  ::testing::internal::CaptureStderr();
  const int saved = ::dup(STDOUT_FILENO);
  ::close(STDOUT_FILENO);
  if (path != nullptr) {
    EXPECT_EQ(::open(path, O_WRONLY), STDOUT_FILENO);
  }
  const int status = run_program("nmt-test", 0, nullptr, body);
  ::dup2(saved, STDOUT_FILENO);
  ::close(saved);
  return {status, "", ::testing::internal::GetCapturedStderr()};
}

TEST(ProgramTest, StandardOutputThatCannotBeWrittenIsAnErrorOfEveryProgram) {
  const auto page = [](int, char**) -> int { throw InformationRequest{"the page\n"}; };
  const auto much = [](int, char**) {
    for (int i = 0; i < 100'000; ++i) std::cout << "line\n";
    errno = 0;  // As the rest of a program may leave it.
    return kExitDone;
  };
  for (const std::function<int(int, char**)>& body :
       {std::function<int(int, char**)>(page), std::function<int(int, char**)>(much)}) {
    const Outcome full = run_into("/dev/full", body);
    EXPECT_EQ(full.status, 1);
    EXPECT_EQ(full.err,
              "nmt-test: error: standard output: cannot write: No space left on device\n");
    const Outcome closed = run_into(nullptr, body);
    EXPECT_EQ(closed.status, 1);
    EXPECT_EQ(closed.err, "nmt-test: error: standard output: cannot write: Bad file descriptor\n");
  }
  EXPECT_EQ(run([](int, char**) -> int { throw InformationRequest{"page\n"}; }).out, "page\n");
}

TEST(ProgramTest, AWorseStatusStays) {
  const Outcome outcome = run_into("/dev/full", [](int, char**) {
    std::cout << "text";
    return 17;
  });
  EXPECT_EQ(outcome.status, 17);
}

TEST(ProgramTest, WhoPrintsNothingNeedsNoStandardOutput) {
  const Outcome outcome = run_into(nullptr, [](int, char**) {
    // A file that is opened must not become standard output.
    const int file = ::open("/dev/null", O_WRONLY);
    EXPECT_GT(file, STDERR_FILENO);
    ::close(file);
    return kExitDone;
  });
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.err, "");
}

TEST(DurationTest, TwoUnitsAtMost) {
  EXPECT_EQ(format_duration(-1), "0.0 s");
  EXPECT_EQ(format_duration(0.44), "0.4 s");
  EXPECT_EQ(format_duration(12.3), "12 s");
  EXPECT_EQ(format_duration(59.6), "1m00s");
  EXPECT_EQ(format_duration(312), "5m12s");
  EXPECT_EQ(format_duration(3 * 3600 + 7 * 60), "3h07m");
  EXPECT_EQ(format_duration(2 * 86400 + 4 * 3600 + 59), "2d04h");
}

}  // namespace
}  // namespace nmt::cli::program_test
