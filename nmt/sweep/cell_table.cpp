#include "nmt/sweep/cell_table.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <optional>

#include "data/text/error.h"
#include "nmt/cli/format_text.h"
#include "nmt/cli/nearest_name.h"

namespace nmt::sweep {
namespace {

std::string or_blank(const char* pattern, double value) {
  return std::isfinite(value) ? cli::format_text(pattern, value) : "";
}

std::string time_left(const CellRun& run) {
  if (!run.is_running()) return "";
  const auto left = seconds_left(run.status, run.cell.config.schedule);
  return left ? cli::format_duration(*left) : "";
}

// "1/3": runs that diverged or did not learn, of those of which that is known; empty for none.
std::string share_untrained(const std::vector<CellRun>& runs,
                            const std::function<bool(const CellRun&)>& counts) {
  int untrained = 0, judged = 0;
  for (const CellRun& run : runs) {
    const std::optional<bool> failed = run.status.did_not_train();
    if (!failed || !counts(run)) continue;
    ++judged;
    untrained += *failed ? 1 : 0;
  }
  return judged == 0 ? "" : concatenate(untrained, "/", judged);
}

// Whether two runs are the same but for the seed.
bool same_but_seed(const CellRun& a, const CellRun& b) {
  return a.cell.architecture == b.cell.architecture && a.cell.learning_rate == b.cell.learning_rate;
}

std::string row(const std::string& architecture, int width, const std::string& rate,
                const std::string& seed, const std::string& state, const std::string& untrained,
                const std::string& update, const std::string& nll, const std::string& bleu,
                const std::string& entropy, const std::string& speed, const std::string& left) {
  std::string line = cli::format_text("%-*s  %-8s %4s  %-13s %5s %8s %7s %6s %6s %9s %7s", width,
                                      architecture.c_str(), rate.c_str(), seed.c_str(),
                                      state.c_str(), untrained.c_str(), update.c_str(), nll.c_str(),
                                      bleu.c_str(), entropy.c_str(), speed.c_str(), left.c_str());
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

std::string row_of(const CellRun& run, const std::string& untrained, int width) {
  const RunStatus& status = run.status;
  const bool begun = status.update > 0;
  return row(run.cell.architecture, width, run.cell.learning_rate, run.cell.seed, run.state_name(),
             untrained, begun ? std::to_string(status.update) : "", or_blank("%.3f", status.nll),
             status.bleu ? cli::format_text("%.1f", *status.bleu) : "",
             or_blank("%.0f %%", 100.0 * status.least_entropy),
             begun ? cli::format_text("%.0f", status.tokens_per_second) : "", time_left(run));
}

// Smaller is shown first.
int rank(const CellRun& run) {
  if (run.is_running()) return 0;
  if (run.state == CellState::kNoResult || run.state == CellState::kInterrupted) return 1;
  return run.state == CellState::kResult ? 2 : 3;
}

// Indices of the cells that are shown, in the study's order.
std::vector<size_t> shown(const std::vector<CellRun>& runs, size_t most_rows) {
  std::vector<size_t> order(runs.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  if (runs.size() <= most_rows) return order;
  std::ranges::stable_sort(order, {}, [&](size_t i) { return rank(runs[i]); });
  order.resize(most_rows);
  std::ranges::sort(order);
  return order;
}

std::vector<std::string> counted(const std::map<std::string, size_t>& counts) {
  std::vector<std::string> words;
  for (const auto& [name, count] : counts) words.push_back(concatenate(count, " ", name));
  return words;
}

}  // namespace

std::vector<std::string> table_lines(const std::vector<CellRun>& runs, size_t most_rows) {
  size_t width = std::string("architecture").size();
  for (const CellRun& run : runs) width = std::max(width, run.cell.architecture.size());
  const int columns = static_cast<int>(width);
  std::vector<std::string> lines = {row("architecture", columns, "rate", "seed", "state", "DV",
                                        "update", "nll", "BLEU", "H min", "tokens/s", "left")};
  const std::vector<size_t> indices = shown(runs, most_rows);
  for (const size_t index : indices) {
    const CellRun& run = runs[index];
    const std::string untrained =
        share_untrained(runs, [&](const CellRun& other) { return same_but_seed(run, other); });
    lines.push_back(row_of(run, untrained, columns));
  }
  if (indices.size() < runs.size()) {
    lines.push_back(concatenate("... and ", runs.size() - indices.size(), " more"));
  }
  return lines;
}

std::string count_line(const std::vector<CellRun>& runs) {
  std::map<std::string, size_t> results, others;
  size_t with_result = 0;
  for (const CellRun& run : runs) {
    const bool has_result = run.state == CellState::kResult;
    with_result += has_result ? 1 : 0;
    ++(has_result ? results : others)[run.state_name()];
  }
  std::string line = concatenate(with_result, " of ", runs.size(), " have a result");
  if (!results.empty()) line += ": " + cli::joined(counted(results));
  const std::string untrained = share_untrained(runs, [](const CellRun&) { return true; });
  if (!untrained.empty()) line += "; DV " + untrained;
  if (!others.empty()) line += "; " + cli::joined(counted(others));
  return line;
}

std::string cell_line(const CellRun& run) {
  const RunStatus& status = run.status;
  std::string line = run.cell.folder + ": " + run.state_name();
  if (status.update > 0) line += concatenate(", update ", status.update);
  if (std::isfinite(status.nll)) line += cli::format_text(", nll %.3f", status.nll);
  if (status.bleu) line += cli::format_text(", BLEU %.1f", *status.bleu);
  if (!run.problem.empty()) line += ", " + run.problem + "; see " + run.console();
  return line;
}

double remaining_work(const std::vector<CellRun>& runs) {
  double work = 0.0;
  for (const CellRun& run : runs) {
    if (run.state == CellState::kResult || run.state == CellState::kNoResult) continue;
    const config::TrainingConfig& config = run.cell.config;
    work += expected_work(config) * (1.0 - done_fraction(run.status, config.schedule));
  }
  return work;
}

}  // namespace nmt::sweep
