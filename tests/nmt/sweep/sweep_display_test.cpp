// The table of a sweep, on a terminal and off it; and the order in which cells start.

#include "nmt/sweep/sweep_display.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "nmt/sweep/cell_table.h"

namespace nmt::sweep::sweep_display_test {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

// Six cells: one of each state that matters, and queued ones.
std::vector<CellRun> sample() {
  const std::string study =
      "variants = preln\ndepths = 6L\nseeds = 1 2 3 4 5 6\nmax-updates = 200\nmax-minutes = 0\n";
  std::vector<CellRun> runs;
  for (const Cell& cell : make_cells(parse_study(study, "x.study"), 1)) {
    runs.push_back({.cell = cell, .folder = "runs/" + cell.folder});
  }
  runs[0].state = CellState::kResult;
  runs[0].status.end_reason = "max-updates";
  runs[0].status.end_status = "ok";
  runs[0].status.learnt = true;
  runs[0].status.update = 200;
  runs[0].status.nll = 0.4321;
  runs[0].status.bleu = 93.25;
  runs[1].state = CellState::kResult;
  runs[1].status.end_reason = "non-finite";
  runs[1].status.end_status = "diverged";
  runs[1].status.diverged = true;
  runs[2].state = CellState::kNoResult;
  runs[2].problem = "signal 9 (Killed)";
  runs[4].state = CellState::kRunning;
  runs[4].status.update = 50;
  runs[4].status.nll = 2.5;
  runs[4].status.least_entropy = 0.126;
  runs[4].status.tokens_per_second = 1234.5;
  runs[4].status.seconds = 30.0;
  return runs;
}

TEST(CellTableTest, OneRowACell) {
  EXPECT_THAT(
      table_lines(sample(), 6),
      ElementsAre(
          "architecture  rate     seed  state            DV   update     nll   BLEU  H min  "
          "tokens/s    left",
          "preln-6L      0.002       1  done            1/2      200   0.432   93.2                "
          "0",
          "preln-6L      0.002       2  diverged        1/2",
          "preln-6L      0.002       3  no result       1/2",
          "preln-6L      0.002       4  queued          1/2",
          "preln-6L      0.002       5  running         1/2       50   2.500          13 %      "
          "1234   1m30s",
          "preln-6L      0.002       6  queued          1/2"));
}

// As the paper counts: collapsed runs that learnt are trained, runs nobody judged are left out.
TEST(CellTableTest, DvCountsRunsThatDivergedOrDidNotLearnOverTheSeeds) {
  std::vector<CellRun> runs;
  const std::string study =
      "variants = preln\ndepths = 6L\nlearning-rates = 0.001 0.01\nseeds = 1 2 3 4\n";
  for (const Cell& cell : make_cells(parse_study(study, "x.study"), 1)) {
    runs.push_back({.cell = cell, .state = CellState::kResult});
    runs.back().status.end_reason = "max-updates";
  }
  const auto end_as = [&](size_t run, const std::string& status, std::optional<bool> learnt) {
    runs[run].status.end_status = status;
    runs[run].status.diverged = status == "diverged";
    runs[run].status.learnt = learnt;
  };
  end_as(0, "diverged", std::nullopt);
  end_as(1, "collapsed", true);
  end_as(2, "did_not_learn", false);
  end_as(3, "not_judged", std::nullopt);
  end_as(4, "ok", true);
  end_as(5, "collapsed", false);
  end_as(6, "plateau", true);
  end_as(7, "ok", true);
  const std::vector<std::string> lines = table_lines(runs, 8);
  for (size_t i = 1; i <= 8; ++i) {
    EXPECT_THAT(lines[i], HasSubstr(i <= 4 ? " 2/3" : " 1/4")) << lines[i];
  }
  EXPECT_THAT(lines[3], HasSubstr("did not learn"));
  EXPECT_THAT(lines[4], HasSubstr("done"));
  EXPECT_THAT(count_line(runs), HasSubstr("; DV 3/7"));
}

TEST(CellTableTest, WhatDoesNotFitIsCountedAndTheRunningAreKept) {
  const std::vector<std::string> lines = table_lines(sample(), 2);
  ASSERT_EQ(lines.size(), 4u);
  EXPECT_THAT(lines[1], HasSubstr("no result"));
  EXPECT_THAT(lines[2], HasSubstr("running"));
  EXPECT_EQ(lines[3], "... and 4 more");
}

TEST(CellTableTest, Counts) {
  EXPECT_EQ(count_line(sample()),
            "2 of 6 have a result: 1 diverged, 1 done; DV 1/2; 1 no result, 2 queued, 1 running");
}

TEST(CellTableTest, ACellInALine) {
  const std::vector<CellRun> runs = sample();
  EXPECT_EQ(cell_line(runs[0]), "preln-6L/lr0.002-seed1: done, update 200, nll 0.432, BLEU 93.2");
  EXPECT_EQ(cell_line(runs[2]),
            "preln-6L/lr0.002-seed3: no result, signal 9 (Killed); see "
            "runs/preln-6L/lr0.002-seed3/console.log");
}

TEST(CellTableTest, RemainingWorkCountsWhatIsQueuedAndRunning) {
  const std::vector<CellRun> runs = sample();
  const double one = expected_work(runs[0].cell.config);
  EXPECT_DOUBLE_EQ(remaining_work(runs), (2 + 0.75) * one);
}

// A terminal that knows two commands: up, and erase.
class Screen {
 public:
  void show(const std::string& text) {
    for (size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '\x1B') {
        const size_t letter = text.find_first_of("AJK", i);
        const std::string number = text.substr(i + 2, letter - i - 2);
        if (text[letter] == 'A') row_ -= std::stoul(number);
        if (text[letter] == 'K') lines_[row_].resize(column_);
        if (text[letter] == 'J') lines_.resize(row_), lines_.emplace_back();
        i = letter;
      } else if (text[i] == '\n') {
        column_ = 0;
        if (++row_ == lines_.size()) lines_.emplace_back();
      } else if (text[i] == '\r') {
        column_ = 0;
      } else {
        lines_[row_].resize(std::max(lines_[row_].size(), column_ + 1), ' ');
        lines_[row_][column_++] = text[i];
      }
    }
  }
  const std::vector<std::string>& lines() const { return lines_; }

 private:
  std::vector<std::string> lines_ = {""};
  size_t row_ = 0, column_ = 0;
};

TEST(LiveTableTest, RedrawsInPlaceWithinTheTerminal) {
  std::ostringstream out;
  cli::TerminalSize size{.columns = 60, .rows = 7};
  LiveTable table(out, [&] { return size; });
  std::vector<CellRun> runs = sample();
  table.on_tick(runs);
  runs[4].status.update = 100;
  table.on_tick(runs);
  Screen screen;
  screen.show(out.str());
  ASSERT_EQ(screen.lines().size(), 7u);  // Heading, 3 rows, left out, counts, the cursor's line.
  EXPECT_THAT(screen.lines()[0], HasSubstr("architecture"));
  EXPECT_THAT(screen.lines()[3], AllOf(HasSubstr("running"), HasSubstr("100")));
  EXPECT_EQ(screen.lines()[4], "... and 3 more");
  for (const std::string& line : screen.lines()) EXPECT_LT(line.size(), 60u);

  out.str("");
  size = {.columns = 120, .rows = 24};
  table.on_tick(runs);
  screen.show(out.str());
  ASSERT_EQ(screen.lines().size(), 9u);
  EXPECT_THAT(screen.lines()[7], HasSubstr("1 running; about 30 s left"));
  // Three ticks for 0.25 of 2.75 cells.

  out.str("");
  table.clear();
  screen.show(out.str());
  EXPECT_THAT(screen.lines(), ElementsAre(""));
}

TEST(PlainLinesTest, SayWhatHappensAndNoEscapes) {
  std::ostringstream out;
  PlainLines lines(out, /*ticks_between_counts=*/2);
  std::vector<CellRun> runs = sample();
  lines.on_start(runs[4], runs);
  runs[3].next = NextStep::kResume;
  lines.on_start(runs[3], runs);
  runs[5].state = CellState::kElsewhere;
  lines.on_start(runs[5], runs);
  lines.on_tick(runs);
  lines.on_tick(runs);
  lines.on_end(runs[0], runs);
  EXPECT_EQ(out.str(),
            "starts preln-6L/lr0.002-seed5\nresumes preln-6L/lr0.002-seed4\n"
            "waits for another process in preln-6L/lr0.002-seed6\n" +
                count_line(runs) + "\n" + cell_line(runs[0]) + "  (" + count_line(runs) + ")\n");
  EXPECT_THAT(out.str(), Not(HasSubstr("\x1B")));
}

TEST(StartOrderTest, TheLongestFirst) {
  std::vector<CellRun> runs;
  for (const Cell& cell :
       make_cells(parse_study("variants = preln postln\ndepths = 2L 9L 4L\nmax-updates = 10\n"
                              "[postln-2L]\nmax-updates = 1000\n",
                              "x.study"),
                  1)) {
    runs.push_back({.cell = cell, .folder = cell.folder});
  }
  std::vector<std::string> names;
  for (const size_t index : start_order(runs)) names.push_back(runs[index].cell.architecture);
  EXPECT_THAT(names, ElementsAre("postln-2L", "preln-9L", "postln-9L", "preln-4L", "postln-4L",
                                 "preln-2L"));
}

}  // namespace
}  // namespace nmt::sweep::sweep_display_test
