#include "nmt/sweep/sweep_display.h"

#include <algorithm>
#include <ostream>
#include <string>

#include "nmt/cli/format_text.h"
#include "nmt/sweep/cell_table.h"

namespace nmt::sweep {
namespace {

constexpr const char* kEraseLine = "\x1B[K";
constexpr const char* kEraseBelow = "\x1B[J";
constexpr int kLinesAroundRows = 4;  // Heading, what is left out, counts, the cursor's line.

}  // namespace

LiveTable::LiveTable(std::ostream& out, std::function<cli::TerminalSize()> size)
    : out_(out), size_(std::move(size)) {}

void LiveTable::on_start(const CellRun&, const std::vector<CellRun>& all) {
  draw(all);
}

void LiveTable::on_end(const CellRun&, const std::vector<CellRun>& all) {
  draw(all);
}

void LiveTable::on_tick(const std::vector<CellRun>& all) {
  if (ticks_ == 0.0) work_at_start_ = remaining_work(all);
  ticks_ += 1.0;
  draw(all);
}

void LiveTable::clear() {
  if (drawn_ > 0) out_ << "\x1B[" << drawn_ << "A\r" << kEraseBelow << std::flush;
  drawn_ = 0;
}

std::string LiveTable::time_left(const std::vector<CellRun>& all) const {
  const double left = remaining_work(all);
  const double done = work_at_start_ - left;
  if (!(done > 0.0) || !(left > 0.0)) return "";
  return "; about " + cli::format_duration(ticks_ * left / done) + " left";
}

void LiveTable::draw(const std::vector<CellRun>& all) {
  const cli::TerminalSize size = size_();
  const size_t rows = static_cast<size_t>(std::max(1, size.rows - kLinesAroundRows));
  std::vector<std::string> lines = table_lines(all, rows);
  lines.push_back(count_line(all) + time_left(all));
  std::string text;
  if (drawn_ > 0) text = "\x1B[" + std::to_string(drawn_) + "A\r";
  for (const std::string& line : lines) {
    // A full line would wrap, and the table could not be found again.
    text += line.substr(0, static_cast<size_t>(std::max(1, size.columns - 1))) + kEraseLine + "\n";
  }
  out_ << text << kEraseBelow << std::flush;
  drawn_ = lines.size();
}

PlainLines::PlainLines(std::ostream& out, int ticks_between_counts)
    : out_(out), ticks_between_counts_(ticks_between_counts) {}

void PlainLines::on_start(const CellRun& run, const std::vector<CellRun>&) {
  const bool elsewhere = run.state == CellState::kElsewhere;
  const bool resumes = run.next == NextStep::kResume;
  out_ << (elsewhere ? "waits for another process in "
           : resumes ? "resumes "
                     : "starts ")
       << run.cell.folder << '\n'
       << std::flush;
}

void PlainLines::on_end(const CellRun& run, const std::vector<CellRun>& all) {
  out_ << cell_line(run) << "  (" << count_line(all) << ")\n" << std::flush;
}

void PlainLines::on_tick(const std::vector<CellRun>& all) {
  if (++ticks_ % ticks_between_counts_ == 0) out_ << count_line(all) << '\n' << std::flush;
}

}  // namespace nmt::sweep
