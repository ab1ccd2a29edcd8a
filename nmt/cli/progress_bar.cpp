#include "nmt/cli/progress_bar.h"

#include <algorithm>
#include <ostream>

#include "nmt/cli/format_text.h"
#include "nmt/cli/terminal.h"

namespace nmt::cli {
namespace {

constexpr int kLargestBar = 30;
constexpr const char* kEraseLine = "\r\x1B[K";

std::string bar(double fraction, int cells) {
  const int full = static_cast<int>(std::clamp(fraction, 0.0, 1.0) * cells);
  return "[" + std::string(full, '#') + std::string(cells - full, '.') + "]";
}

}  // namespace

std::optional<double> done_fraction(std::initializer_list<LimitState> limits) {
  std::optional<double> done;
  for (const auto& [limit, now, first] : limits) {
    if (limit <= 0.0) continue;
    const double part = limit > first ? std::min((now - first) / (limit - first), 1.0) : 1.0;
    done = std::max(done.value_or(0.0), part);
  }
  return done;
}

std::optional<double> seconds_left(const BarState& progress) {
  if (!progress.fraction || *progress.fraction <= 0.0) return std::nullopt;
  const double done = std::min(*progress.fraction, 1.0);
  return progress.elapsed_seconds * (1.0 - done) / done;
}

std::string progress_text(const BarState& progress) {
  const auto left = seconds_left(progress);
  return left ? progress.text + "  " + format_duration(*left) + " left" : progress.text;
}

ProgressBar::ProgressBar(std::ostream& out, ProgressBarOptions options)
    : out_(out), options_(options) {}

ProgressBar::~ProgressBar() {
  end_line();
}

void ProgressBar::show(const BarState& progress) {
  const bool first = !latest_;
  const double interval = options_.terminal ? options_.redraw_interval : options_.line_interval;
  latest_ = progress;
  drawn_ = false;
  if (first || progress.elapsed_seconds - last_drawn_ >= interval) draw(progress);
}

void ProgressBar::message(const std::string& line) {
  const bool had_bar = bar_on_line_;
  erase();
  out_ << line << '\n' << std::flush;
  if (had_bar && latest_) draw(*latest_);
}

void ProgressBar::finish() {
  if (latest_ && !drawn_) draw(*latest_);
  end_line();
}

void ProgressBar::draw(const BarState& progress) {
  std::string line = progress_text(progress);
  if (options_.terminal) {
    erase();
    // A full line would wrap on some terminals, and then could not be erased.
    const int room = options_.width - 1;
    const int cells = std::min(kLargestBar, room - static_cast<int>(line.size()) - 4);
    if (progress.fraction && cells >= 5) line = bar(*progress.fraction, cells) + "  " + line;
    out_ << line.substr(0, static_cast<size_t>(std::max(room, 1)));
    bar_on_line_ = true;
  } else {
    out_ << line << '\n';
  }
  out_ << std::flush;
  last_drawn_ = progress.elapsed_seconds;
  drawn_ = true;
}

void ProgressBar::erase() {
  if (bar_on_line_) out_ << kEraseLine;
  bar_on_line_ = false;
}

void ProgressBar::end_line() {
  if (bar_on_line_) out_ << '\n' << std::flush;
  bar_on_line_ = false;
}

ProgressBarOptions progress_options(int descriptor) {
  return {.terminal = is_rewritable_terminal(descriptor),
          .width = terminal_size(descriptor).columns};
}

}  // namespace nmt::cli
