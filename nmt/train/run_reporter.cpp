#include "nmt/train/run_reporter.h"

#include <sys/resource.h>

#include <algorithm>
#include <utility>

#include "data/text/error.h"
#include "nmt/run_log/json_number.h"

namespace nmt::train {
namespace {

double seconds_between(RunReporter::Clock::time_point from, RunReporter::Clock::time_point to) {
  return std::chrono::duration<double>(to - from).count();
}

}  // namespace

RunReporter::RunReporter(const config::TrainingConfig& config, const TrainingData& data,
                         TrainStep& step, const RunProgress& progress, TrainingObserver& observer)
    : config_(config), data_(data), step_(step), progress_(progress), observer_(observer) {}

void RunReporter::begin() {
  at_start_ = progress_;
  logged_tokens_ = progress_.tokens;
  start_ = last_record_ = Clock::now();
}

double RunReporter::process_seconds() const {
  return seconds_between(start_, Clock::now());
}

void RunReporter::update(StepResult result, int64_t batches_in_epoch) {
  const double seconds = process_seconds();
  losses_.push_back(run_log::rounded(result.loss));
  observer_.on_progress(
      {.update = progress_.update,
       .loss = result.loss,
       .tokens_per_second = (progress_.tokens - at_start_.tokens) / std::max(seconds, 1e-9),
       .seconds = seconds,
       .fraction =
           done_fraction(at_start_, progress_, seconds, batches_in_epoch, config_.schedule)});
  unlogged_ = std::move(result);
}

void RunReporter::log() {
  if (!unlogged_) return;
  const Clock::time_point now = Clock::now();
  StepResult last = *std::exchange(unlogged_, std::nullopt);
  record(run_log::UpdateRecord{
      .update = progress_.update,
      .epoch = progress_.position.epoch + 1,
      .loss = last.loss,
      .nll = last.nll,
      .learning_rate = last.learning_rate,
      .gradient_norm = last.gradient_norm,
      .tokens = progress_.tokens,
      .tokens_per_second =
          (progress_.tokens - logged_tokens_) / std::max(1e-9, seconds_between(last_record_, now)),
      .seconds = seconds(),
      .losses = std::exchange(losses_, {}),
      .attention = attention_records(last.statistics.bounds),
      .matrices = std::move(last.statistics.matrices),
      .stream = std::move(last.statistics.stream)});
  logged_tokens_ = progress_.tokens;
  last_record_ = now;
}

std::vector<run_log::AttentionRecord> RunReporter::attention_records(
    const stability::AttentionBounds& bounds) {
  std::vector<run_log::AttentionRecord> records = step_.tracker().take();
  bounds.put_into(records);
  for (run_log::AttentionRecord& record : records) {
    record.temperature =
        step_.model()->attention_layers(record.kind)[record.layer - 1]->temperature();
  }
  return records;
}

void RunReporter::non_finite(const std::vector<data::Batch>& batches, const StepResult& result) {
  nlohmann::ordered_json lines = nlohmann::ordered_json::array();
  for (const data::Batch& batch : batches) {
    for (const int64_t pair : batch.pairs) lines.push_back(data_.train.line(pair));
  }
  event("non_finite",
        concatenate("loss ", result.loss, ", gradient norm ", result.gradient_norm,
                    ": the update was skipped (", progress_.bad_updates, " of ",
                    config_.schedule.max_bad_updates, " in a row)"),
        {{"loss", run_log::json_number(result.loss)},
         {"gradient_norm", run_log::json_number(result.gradient_norm)},
         {"lines", lines}});
}

void RunReporter::sharpness(run_log::SharpnessRecord measured, Clock::time_point begin) {
  measured.update = progress_.update;
  record(measured);
  last_record_ += Clock::now() - begin;
}

void RunReporter::event(const std::string& kind, const std::string& message,
                        const nlohmann::ordered_json& fields) {
  record(run_log::EventRecord{
      .update = progress_.update, .kind = kind, .message = message, .fields = fields});
}

run_log::EndRecord RunReporter::end(run_log::EndRecord verdict, const std::string& reason) {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  verdict.reason = reason;
  verdict.peak_mib = static_cast<double>(usage.ru_maxrss) / 1024.0;
  verdict.seconds = seconds();
  verdict.best = progress_.best;
  record(verdict);
  return verdict;
}

}  // namespace nmt::train
