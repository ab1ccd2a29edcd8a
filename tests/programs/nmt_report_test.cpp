// nmt-report as a user starts it: what it writes, prints and refuses.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <thread>

#include "data/text/gzip_blocks.h"
#include "tests/nmt/report/planted_study.h"
#include "tests/programs/process.h"

namespace nmt::programs::nmt_report_test {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class NmtReport : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const char* name : {"study/plain", "study/deep"}) {
      std::filesystem::create_directories(folder_.path(name));
    }
    folder_.write("study/plain/run.jsonl", report::calm_run("preln-6L", 1, 1.5, 40).text());
    folder_.write("study/deep/run.jsonl", report::collapsing_run(1, true).text());
  }

  Result report(std::vector<std::string> words) {
    words.insert(words.begin(), NMT_REPORT);
    return run(words, {.folder = folder_.path(), .largest_file = std::nullopt});
  }

  nmt::testing::TempFolder folder_;
};

TEST_F(NmtReport, WritesAPageOverAFolderAndPrintsTheTable) {
  const Result result = report({"study"});
  EXPECT_EQ(result.status, 0) << result.errors;
  EXPECT_THAT(result.output, HasSubstr("preln       6L"));
  EXPECT_THAT(result.output, HasSubstr("diverged, collapsed"));
  EXPECT_THAT(result.output, HasSubstr("written: report.html\n"));
  EXPECT_THAT(folder_.read("report.html"), StartsWith("<!doctype html>"));
  EXPECT_THAT(folder_.read("report.html"), HasSubstr("2 runs in 2 groups"));
}

TEST_F(NmtReport, GivesTheSameBytesForTheSameLogs) {
  ASSERT_EQ(report({"study", "-o", "a.html"}).status, 0);
  ASSERT_EQ(report({"study", "--output=b.html"}).status, 0);
  EXPECT_EQ(folder_.read("a.html"), folder_.read("b.html"));
}

TEST_F(NmtReport, WritesCsvAndJson) {
  const Result csv =
      report({"study/deep", "study/plain/run.jsonl", "--format", "csv", "-o", "t.csv"});
  EXPECT_EQ(csv.status, 0) << csv.errors;
  EXPECT_THAT(csv.output, HasSubstr("written: t.csv\nwritten: t-curves.csv\n"));
  EXPECT_THAT(folder_.read("t.csv"), StartsWith("architecture,variant,"));
  EXPECT_THAT(folder_.read("t-curves.csv"), HasSubstr("\"preln-6L, lr 0.0007, seed 1\",valid,20"));
  EXPECT_EQ(report({"study", "--format", "json"}).status, 0);
  EXPECT_THAT(folder_.read("report.json"), StartsWith("{\n \"summary\": ["));
}

TEST_F(NmtReport, WritesAPipeAndALinkAndReplacesNeither) {
  ASSERT_EQ(::mkfifo(folder_.path("pipe").c_str(), 0600), 0);
  std::string page;
  std::jthread reader([&] { page = folder_.read("pipe"); });
  const Result piped = report({"study", "--format", "csv", "-o", "pipe"});
  reader.join();
  EXPECT_EQ(piped.status, 0) << piped.errors;
  EXPECT_THAT(page, StartsWith("architecture,variant,"));
  EXPECT_THAT(piped.output, HasSubstr("written: pipe\nthe curves are not written"));
  EXPECT_TRUE(std::filesystem::is_fifo(folder_.path("pipe")));
  EXPECT_FALSE(std::filesystem::exists(folder_.path("pipe-curves")));

  folder_.write("real", "old");
  std::filesystem::create_symlink("real", folder_.path("link"));
  EXPECT_EQ(report({"study", "-o", "link"}).status, 0);
  EXPECT_TRUE(std::filesystem::is_symlink(folder_.path("link")));
  EXPECT_THAT(folder_.read("real"), StartsWith("<!doctype html>"));
}

TEST_F(NmtReport, OnStandardOutputStandsTheReportAlone) {
  ASSERT_EQ(report({"study", "-o", "file"}).status, 0);
  for (const char* name : {"-", "/dev/stdout"}) {
    const Result result = report({"study", "-o", name});
    EXPECT_EQ(result.status, 0) << result.errors;
    EXPECT_EQ(result.output, folder_.read("file")) << name;
    EXPECT_THAT(result.errors, HasSubstr("diverged, collapsed"));
  }
  EXPECT_FALSE(std::filesystem::exists(folder_.path("-")));
}

TEST_F(NmtReport, ReadsALogOutOfAPipe) {
  ASSERT_EQ(::mkfifo(folder_.path("log").c_str(), 0600), 0);
  std::jthread writer([&] { folder_.write("log", folder_.read("study/deep/run.jsonl")); });
  const Result result = report({"log", "study/plain", "-o", "piped.html"});
  EXPECT_EQ(result.status, 0) << result.errors;
  EXPECT_THAT(folder_.read("piped.html"), HasSubstr("2 runs in 2 groups"));
}

TEST_F(NmtReport, PrintsLogsAsLines) {
  const std::string plain = folder_.read("study/plain/run.jsonl");
  EXPECT_EQ(report({"--print-log", "study/plain"}).output, plain);
  const std::string block = text::gzip_block(plain);
  folder_.write("live.gz", block + block.substr(0, 100));
  const Result live = report({"--print-log", "live.gz"});
  EXPECT_EQ(live.output, plain);
  EXPECT_EQ(live.errors, "");
  EXPECT_EQ(live.status, 0);
  EXPECT_FALSE(std::filesystem::exists(folder_.path("report.html")));
}

TEST_F(NmtReport, TakesATitle) {
  ASSERT_EQ(report({"study", "--title", "Depth <18>"}).status, 0);
  EXPECT_THAT(folder_.read("report.html"), HasSubstr("<h1>Depth &lt;18&gt;</h1>"));
}

TEST_F(NmtReport, RefusesWhatItCannotUse) {
  const Result none = report({});
  EXPECT_EQ(none.status, 2);
  const Result gone = report({"gone"});
  EXPECT_EQ(gone.status, 1);
  EXPECT_EQ(gone.errors, "nmt-report: error: there is no file or folder gone\n");
  const Result format = report({"study", "--format", "pdf"});
  EXPECT_EQ(format.status, 2);
  EXPECT_THAT(format.errors, HasSubstr("pdf"));
  folder_.write("study/deep/run.jsonl", "{}\nno json\n{}\n");
  const Result malformed = report({"study"});
  EXPECT_EQ(malformed.status, 1);
  EXPECT_THAT(malformed.errors, HasSubstr("run.jsonl:1: not a record of a run log"));
  folder_.write("study/deep/run.jsonl", report::collapsing_run(1, true).text());
  const Result place = report({"study", "-o", "gone/report.html"});
  EXPECT_EQ(place.status, 1);
}

}  // namespace
}  // namespace nmt::programs::nmt_report_test
