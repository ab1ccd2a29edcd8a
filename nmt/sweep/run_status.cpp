#include "nmt/sweep/run_status.h"

#include <algorithm>
#include <cmath>

#include "nmt/cli/progress_bar.h"
#include "nmt/run_log/run_tail.h"

namespace nmt::sweep {
namespace {

constexpr double kNoValue = std::numeric_limits<double>::quiet_NaN();

double least_entropy(const run_log::UpdateRecord& record) {
  double least = kNoValue;
  for (const run_log::AttentionRecord& layer : record.attention) {
    for (const double head : layer.relative_entropy) {
      if (!std::isnan(head) && !(head >= least)) least = head;
    }
  }
  return least;
}

void take_update(const run_log::UpdateRecord& record, RunStatus& status) {
  status.update = record.update;
  status.tokens = record.tokens;
  status.nll = record.nll;
  status.tokens_per_second = record.tokens_per_second;
  status.seconds = record.seconds;
  status.least_entropy = least_entropy(record);
}

// A run that gave up on losses that are not finite has diverged; older logs call its status
// "failed".
void take_end(const run_log::EndRecord& record, RunStatus& status) {
  status.end_reason = record.reason;
  status.end_status = record.reason == "non-finite" ? "diverged" : record.status;
  status.diverged = status.end_status == "diverged";
  status.learnt = record.learnt;
}

}  // namespace

RunStatus read_run_status(const std::string& path) {
  RunStatus status;
  const run_log::RunTail tail = run_log::read_tail(path);
  if (tail.config) {
    status.config = tail.config->config;
    status.memory_bytes = tail.config->memory_bytes;
  }
  if (tail.update) take_update(*tail.update, status);
  if (tail.valid) status.bleu = tail.valid->bleu;
  if (tail.end) take_end(*tail.end, status);
  return status;
}

std::optional<bool> RunStatus::did_not_train() const {
  if (!has_result()) return std::nullopt;
  if (diverged) return true;
  if (!learnt) return std::nullopt;
  return !*learnt;
}

double done_fraction(const RunStatus& status, const config::ScheduleConfig& limits) {
  const auto real = [](int64_t count) { return static_cast<double>(count); };
  return cli::done_fraction({{real(limits.max_updates), real(status.update)},
                             {real(limits.max_target_tokens), real(status.tokens)},
                             {60.0 * limits.max_minutes, status.seconds}})
      .value_or(0.0);
}

std::optional<double> seconds_left(const RunStatus& status, const config::ScheduleConfig& limits) {
  return cli::seconds_left(
      {.elapsed_seconds = status.seconds, .fraction = done_fraction(status, limits)});
}

}  // namespace nmt::sweep
