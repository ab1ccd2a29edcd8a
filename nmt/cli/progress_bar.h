// ProgressBar: how far a long run is, and the messages of a program that shows it. On a terminal
// one line, rewritten in place, with a bar; elsewhere (a file, a pipe, a terminal that cannot
// erase) a plain line every so many seconds, without control characters. Knows no clock: the caller
// says the time.

#pragma once

#include <initializer_list>
#include <iosfwd>
#include <optional>
#include <string>

namespace nmt::cli {

/// One moment of a run.
struct BarState {
  std::string text;  ///< What is known of it: "update 120  loss 4.321".
  double elapsed_seconds = 0.0;
  std::optional<double> fraction;  ///< Done part of the whole, 0 to 1; none without any limit.
};

struct ProgressBarOptions {
  bool terminal = false;         ///< One that can rewrite a line.
  int width = 100;               ///< Columns of the terminal.
  double line_interval = 10.0;   ///< Seconds between plain lines.
  double redraw_interval = 0.1;  ///< Seconds between redraws on a terminal.
};

class ProgressBar {
 public:
  /// Writes to `out`, which must outlive the bar.
  ProgressBar(std::ostream& out, ProgressBarOptions options);
  /// Ends the bar's line, so that what an error or the shell prints does not stand behind it.
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  /// Shows `progress`, unless the last line was shown less than an interval ago.
  void show(const BarState& progress);

  /// Prints `line` on a line of its own; on a terminal above the bar, which is drawn again.
  void message(const std::string& line);

  /// Shows the last progress if it was held back and ends the bar's line.
  void finish();

 private:
  void draw(const BarState& progress);
  void erase();
  void end_line();

  std::ostream& out_;
  ProgressBarOptions options_;
  std::optional<BarState> latest_;
  double last_drawn_ = 0.0;
  bool drawn_ = false;        // Whether latest_ has been drawn.
  bool bar_on_line_ = false;  // Whether the cursor stands behind a bar.
};

/// Options for the file descriptor `descriptor` (2: standard error): whether it is a terminal that
/// can rewrite a line (terminal.h), and its width.
ProgressBarOptions progress_options(int descriptor);

/// A limit of a run, and how far the run is. A limit of 0 is none.
struct LimitState {
  double limit = 0.0, now = 0.0;
  double first = 0.0;  ///< Where this process began.
};

/// Which part of the work is done, 0 to 1, by the limit that will be met first; none without any.
std::optional<double> done_fraction(std::initializer_list<LimitState> limits);

/// Seconds left when `fraction` was done in `elapsed_seconds`; none if nothing is known.
std::optional<double> seconds_left(const BarState& progress);

/// The line without its bar: "update 120  loss 4.321  5m12s left".
std::string progress_text(const BarState& progress);

}  // namespace nmt::cli
