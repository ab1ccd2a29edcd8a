#include "nmt/train/trainer.h"

#include <sys/resource.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "data/text/error.h"
#include "data/unigram_nll.h"
#include "nmt/config/spent_rate.h"
#include "nmt/model/init.h"
#include "nmt/train/memory_estimate.h"
#include "nmt/train/start_record.h"
#include "nmt/train/validate.h"

namespace nmt::train {
namespace {

run_log::StabilityRules rules_of(const config::TrainingConfig& config, double unigram_nll) {
  run_log::StabilityRules rules;
  rules.warmup_updates = config.optimization.warmup_updates;
  rules.unigram_nll = unigram_nll;
  return rules;
}

data::TokenBatcherOptions batcher_options(const config::TrainingConfig& config) {
  return {
      .max_tokens = config.data.max_tokens,
      .seed = config.seed,
      .sampling = {.alpha = config.data.subword_sampling, .max_length = config.data.max_length}};
}

model::Transformer initialized_model(const config::TrainingConfig& config,
                                     const TrainingData& data) {
  const bool on_cpu = config.device != config::DeviceKind::kCuda;
  if (on_cpu) {
    check_memory(estimate_memory(config, approximate_parameters(config.model), config.threads,
                                 mean_target_length(data.train)),
                 machine_memory());
  }
  model::Transformer model(config.model);
  model::initialize(model, config.seed);
  if (!on_cpu) model->to(torch::kCUDA);
  return model;
}

double peak_mib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024.0;
}

}  // namespace

Trainer::Trainer(const config::TrainingConfig& config, const TrainingData& data,
                 TrainingObserver& observer, const std::atomic<bool>& stop, const TrainingStart& at)
    : config_(config),
      data_(data),
      observer_(observer),
      stop_(stop),
      at_(at),
      checkpoints_(config.model_dir + "/checkpoints"),
      model_(initialized_model(config, data)),
      step_(model_, config, config.threads, data.vocabularies().target().eos_id()),
      unigram_nll_(data::unigram_nll(data.train)),
      monitor_(rules_of(config, unigram_nll_)) {
  if (config_.schedule.sharpness_every > 0) {
    sharpness_.emplace(
        config_, sharpness_sample(data.train, config_.schedule.sharpness_tokens, config_.seed),
        data.vocabularies().target().eos_id());
  }
  if (at_.checkpoint) {
    restore(*at_.checkpoint);
  } else if (!config_.init_from.empty()) {
    take_model(config_.init_from);
  }
  open_batches();
  for (const config::TemperatureChange& change : config_.stability.attention_temperature_at) {
    if (change.update <= progress_.update) step_.set_attention_temperature(change.setting);
  }
  at_start_ = progress_;
  start_ = last_record_ = Clock::now();
}

double Trainer::seconds_between(Clock::time_point from, Clock::time_point to) {
  return std::chrono::duration<double>(to - from).count();
}
double Trainer::process_seconds() const {
  return seconds_between(start_, Clock::now());
}
double Trainer::run_seconds() const {
  return at_start_.seconds + process_seconds();
}

std::string Trainer::reason_to_stop() const {
  if (stop_ && progress_.validation_due) return "interrupted";
  const config::ScheduleConfig& limits = config_.schedule;
  if (limits.max_updates > 0 && progress_.update >= limits.max_updates) return "max-updates";
  if (config::rate_is_spent(config_.optimization, progress_.update)) return "lr-decay-updates";
  if (limits.max_epochs > 0 && progress_.position.epoch >= limits.max_epochs) return "max-epochs";
  if (limits.max_target_tokens > 0 && progress_.tokens >= limits.max_target_tokens) {
    return "max-target-tokens";
  }
  if (limits.max_minutes > 0 && run_seconds() >= 60 * limits.max_minutes) return "max-minutes";
  if (!progress_.unstable.empty()) return progress_.unstable;
  if (limits.patience > 0 && progress_.bad_validations >= limits.patience) return "patience";
  if (progress_.bad_updates >= limits.max_bad_updates) return "non-finite";
  // Last: a run that has met its limit has nothing to go on with, signal or not.
  if (stop_) return "interrupted";
  return "";
}

run_log::EndRecord Trainer::run() {
  const run_log::ConfigRecord start =
      start_record(config_, model_, data_, config_.threads, unigram_nll_);
  observer_.on_start(start);
  for (const run_log::EventRecord& event : at_.events) observer_.on_event(event);
  report_change_within_average();
  if (!at_.checkpoint && sharpness_) measure_sharpness();
  publish_best();
  validate_if_due();
  std::string reason = reason_to_stop();
  while (reason.empty()) {
    update_once();
    reason = reason_to_stop();
    validate_and_save(reason);
    // Validation can end patience, and a stop can cut it short.
    if (reason.empty() || progress_.validation_due) reason = reason_to_stop();
  }
  return finish(reason);
}

// Everything that belongs to an update is in the log before its checkpoint exists: a kill after the
// checkpoint then loses nothing. Not so the record of an interruption, which a resume must cut off.
void Trainer::validate_and_save(const std::string& reason) {
  const bool ends = !reason.empty() && reason != "interrupted";
  if (ends && unlogged_) log_update();
  if (data_.valid && (ends || due(config_.schedule.validate_every))) {
    progress_.validation_due = true;
  }
  validate_if_due();
  if (ends || due(config_.schedule.save_every)) save_checkpoint();
}

void Trainer::open_batches() {
  data::TokenBatcher batcher(data_.train, batcher_options(config_));
  batcher.restore(progress_.position);
  batches_in_epoch_ = batcher.batches_in_epoch();
  batches_.emplace(std::move(batcher), config_.data.update_freq);
}

void Trainer::update_once() {
  const data::UpdateBatches next = batches_->next();
  ++progress_.update;
  change_temperatures();
  StepResult result = step_.run(progress_.update, next.batches, measures_now());
  progress_.position = next.position;
  batches_in_epoch_ = next.batches_in_epoch;
  progress_.tokens += result.tokens;
  tokens_since_record_ += result.tokens;
  progress_.bad_updates = result.finite ? 0 : progress_.bad_updates + 1;
  if (!result.finite) report_non_finite(next.batches, result);
  report_update(std::move(result));
  if (due(config_.schedule.sharpness_every)) measure_sharpness();
}

bool Trainer::measures_now() const {
  const int64_t interval = config_.stability.statistics_every;
  return interval > 0 && (progress_.update == 1 || due(interval));
}

bool Trainer::stops_on(const std::string& unstable) const {
  const config::StabilityConfig& rules = config_.stability;
  const auto action = unstable == "collapsed" ? rules.on_collapse : rules.on_divergence;
  return !unstable.empty() && action == config::UnstableAction::kStop;
}

bool Trainer::is_better(const run_log::ValidRecord& record) const {
  if (!std::isfinite(record.nll)) return false;
  if (!progress_.best) return true;
  if (config_.schedule.valid_metric == config::ValidMetric::kBleu &&
      (record.bleu || progress_.best->bleu)) {
    return record.bleu > progress_.best->bleu;  // None is less than any.
  }
  return record.nll < progress_.best->nll;
}

void Trainer::validate_if_due() {
  if (!progress_.validation_due) return;
  std::optional<run_log::ValidRecord> record =
      validate(model_, data_, config_, progress_.update, stop_);
  if (!record) return;
  progress_.validation_due = false;
  record->best = is_better(*record);
  progress_.bad_validations = record->best ? 0 : progress_.bad_validations + 1;
  if (record->best) progress_.best = *record;
  monitor_.observe_validation(record->nll);
  observer_.on_valid(*record);
  if (!record->bleu && !data_.valid_pairs.empty()) report_endless_translations();
  if (config_.optimization.lr_schedule == config::LrSchedule::kPlateau) watch_plateau(record->nll);
  if (!record->best) return;
  save_checkpoint();
  publish_best();
}

run_log::EndRecord Trainer::finish(const std::string& reason) {
  const bool interrupted = reason == "interrupted";
  if (unlogged_ && !interrupted) log_update();
  if (progress_.update > at_start_.update) save_checkpoint();
  if (unlogged_) log_update();
  if (!data_.valid && saved_update_ > 0) {
    checkpoint::publish_model(checkpoints_.newest()->folder, config_.model_dir + "/best");
  }
  const std::vector<std::string> averaged =
      interrupted ? std::vector<std::string>{} : checkpoints_to_average();
  if (!interrupted) {
    if (const auto event = monitor_.finish(progress_.update)) observer_.on_event(*event);
  }
  run_log::EndRecord end = monitor_.verdict(progress_.update);
  end.reason = reason;
  end.peak_mib = peak_mib();
  end.seconds = run_seconds();
  end.best = progress_.best;
  observer_.on_end(end);  // Before the mean, which may fail: the run has ended all the same.
  if (!interrupted) write_average(averaged);
  return end;
}

}  // namespace nmt::train
