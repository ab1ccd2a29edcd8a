#include "nmt/train/trainer.h"

#include <cmath>
#include <utility>

#include "data/text/error.h"
#include "data/unigram_nll.h"
#include "nmt/config/spent_rate.h"
#include "nmt/distributed/agreement.h"
#include "nmt/model/fold.h"
#include "nmt/model/init.h"
#include "nmt/optim/plateau.h"
#include "nmt/run_log/run_log.h"
#include "nmt/train/final_average.h"
#include "nmt/train/model_dir.h"
#include "nmt/train/start_record.h"
#include "nmt/train/validate.h"
#include "nmt/train/worst_batch.h"

namespace nmt::train {
namespace {

// What on-collapse and on-divergence multiply the learning rate by.
constexpr double kUnstableFactor = 0.5;

data::TokenBatcher batcher_at(const data::DataPosition& position, const TrainingData& data,
                              const config::TrainingConfig& config) {
  data::TokenBatcher batcher(data.train, {.max_tokens = config.data.max_tokens,
                                          .seed = config.seed,
                                          .sampling = {.alpha = config.data.subword_sampling,
                                                       .max_length = config.data.max_length}});
  batcher.restore(position);
  return batcher;
}

model::Transformer initialized_model(const config::TrainingConfig& config,
                                     const TrainingData& data) {
  const bool on_cpu = config.device != config::DeviceKind::kCuda;
  if (on_cpu) {
    check_memory(memory_need(config, data, approximate_parameters(config.model)), machine_memory());
  }
  model::Transformer model(config.model);
  model::initialize(model, config.seed);
  if (!on_cpu) model->to(torch::kCUDA);
  return model;
}

// `unstable` is "collapsed" or "diverged".
config::UnstableAction action_on(const std::string& unstable,
                                 const config::StabilityConfig& rules) {
  return unstable == "collapsed" ? rules.on_collapse : rules.on_divergence;
}

}  // namespace

Trainer::Trainer(const config::TrainingConfig& config, const TrainingData& data,
                 TrainingObserver& observer, const std::atomic<bool>& stop, const TrainingStart& at,
                 distributed::Communicator& team)
    : config_(config),
      data_(data),
      stop_(stop),
      at_(at),
      team_(team),
      checkpoints_(config.model_dir + "/checkpoints"),
      step_(initialized_model(config, data), config, config.threads, team),
      unigram_nll_(data::unigram_nll(data.train)),
      monitor_({.warmup_updates = config.optimization.warmup_updates, .unigram_nll = unigram_nll_}),
      reporter_(config_, data, step_, progress_, observer),
      state_(config_, data, step_, monitor_, reporter_, progress_) {
  if (config_.schedule.sharpness_every > 0) {
    sharpness_.emplace(
        config_, sharpness_sample(data.train, config_.schedule.sharpness_tokens, config_.seed));
  }
  if (at_.checkpoint) {
    go_on_from(*at_.checkpoint);
  } else if (!config_.init_from.empty()) {
    take_model(config_.init_from);
  }
  data::TokenBatcher batcher = batcher_at(progress_.position, data_, config_);
  try_worst_batch(step_, batcher.plan(), data_, config_);
  batches_.emplace(std::move(batcher), config_.data.update_freq);
  for (const auto& setting : model_in_force(config_, progress_.update).attention_temperature) {
    step_.set_attention_temperature(setting);
  }
  reporter_.begin();
}

void Trainer::go_on_from(const std::string& checkpoint) {
  state_.restore(checkpoint);
  // Process 0 asks before it cuts the log, and tells the others.
  const bool ended = distributed::in_any(
      team_, team_.leads() && run_log::has_ended(config_.model_dir + "/" + run_log::kRunLogFile));
  // A run that a rule has stopped goes on when it is resumed; one that was cut short before it
  // could validate and stop has both to come.
  if (!progress_.validation_due ||
      action_on(progress_.unstable, config_.stability) != config::UnstableAction::kStop || ended) {
    progress_.unstable.clear();
  }
  if (at_.branches) {  // What was best, and where it lies, belongs to the other run.
    progress_.best.reset();
    progress_.bad_validations = 0;
  } else {
    saved_update_ = progress_.update;
  }
}

void Trainer::take_model(const std::string& folder) {
  model::take_weights(checkpoint::load_model(folder), step_.model(),
                      folder + "/" + checkpoint::kModelFile);
  step_.refresh_weights();
  progress_.validation_due = data_.valid.has_value();
}

std::string Trainer::reason_to_stop() {
  const distributed::Wishes now =
      distributed::agree(team_, {.stop = stop_, .seconds = reporter_.seconds()});
  if (now.stop && progress_.validation_due) return "interrupted";
  const config::ScheduleConfig& limits = config_.schedule;
  if (limits.max_updates > 0 && progress_.update >= limits.max_updates) return "max-updates";
  if (config::rate_is_spent(config_.optimization, progress_.update)) return "lr-decay-updates";
  if (limits.max_epochs > 0 && progress_.position.epoch >= limits.max_epochs) return "max-epochs";
  if (limits.max_target_tokens > 0 && progress_.tokens >= limits.max_target_tokens) {
    return "max-target-tokens";
  }
  if (limits.max_minutes > 0 && now.seconds >= 60 * limits.max_minutes) {
    return "max-minutes";
  }
  if (!progress_.unstable.empty()) return progress_.unstable;
  if (limits.patience > 0 && progress_.bad_validations >= limits.patience) return "patience";
  if (progress_.bad_updates >= limits.max_bad_updates) return "non-finite";
  // Last: a run that has met its limit has nothing to go on with, signal or not.
  if (now.stop) return "interrupted";
  return "";
}

run_log::EndRecord Trainer::run() {
  reporter_.record(start_record(config_, step_.model(), data_, unigram_nll_));
  for (const run_log::EventRecord& event : at_.events) reporter_.record(event);
  report_average_to_come(config_, progress_.update, reporter_);
  if (!at_.checkpoint && sharpness_) measure_sharpness();
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

void Trainer::update_once() {
  const data::UpdateBatches next = batches_->next();
  ++progress_.update;
  change_temperatures();
  const bool first = progress_.update == 1;
  const auto measured = [&](int64_t interval) { return due(interval) || (first && interval > 0); };
  const StatisticsDue statistics = {.layers = measured(config_.stability.statistics_every),
                                    .matrices = measured(config_.stability.matrices_every)};
  StepResult result = step_.run(progress_.update, next.batches, statistics);
  progress_.position = next.position;
  progress_.tokens += result.tokens;
  progress_.bad_updates = result.finite ? 0 : progress_.bad_updates + 1;
  if (!result.finite) reporter_.non_finite(next.batches, result);
  judge(result);
  reporter_.update(std::move(result), next.batches_in_epoch);
  if (first || statistics.any() || due(config_.schedule.log_every)) reporter_.log();
  if (due(config_.schedule.sharpness_every)) measure_sharpness();
}

void Trainer::change_temperatures() {
  for (const config::TemperatureChange& change : config_.stability.attention_temperature_at) {
    if (change.update != progress_.update) continue;
    step_.set_attention_temperature(change.setting);
    const std::string setting = config::to_string({change.setting});
    reporter_.event("temperature",
                    concatenate("attention temperature ", setting, " from this update on"),
                    {{"temperature", change.setting.temperature}, {"setting", setting}});
  }
}

void Trainer::judge(const StepResult& result) {
  const auto events = monitor_.observe({.update = progress_.update,
                                        .loss = result.loss,
                                        .nll = result.nll,
                                        .gradient_norm = result.gradient_norm,
                                        .entropies = result.entropies});
  for (const run_log::EventRecord& event : events) {
    reporter_.record(event);
    const bool collapse = event.kind == "collapse";
    if (!collapse && event.kind != "divergence") continue;
    const std::string unstable = collapse ? "collapsed" : "diverged";
    const config::UnstableAction action = action_on(unstable, config_.stability);
    if (action == config::UnstableAction::kStop) progress_.unstable = unstable;
    if (action == config::UnstableAction::kLowerLearningRate) {
      lower_learning_rate(kUnstableFactor, event.kind, event.message);
    }
  }
}

void Trainer::measure_sharpness() {
  const auto begin = RunReporter::Clock::now();
  step_.free_gradients();  // The measurement needs the room.
  reporter_.sharpness(sharpness_->measure(step_.model(), step_.optimizer().state()), begin);
}

// Everything that belongs to an update is in the log before its checkpoint exists: a kill after the
// checkpoint then loses nothing. Not so its validation, which a resume makes up for, nor the record
// of an interruption, which a resume must cut off.
void Trainer::validate_and_save(const std::string& reason) {
  const bool ends = !reason.empty() && reason != "interrupted";
  if (ends) reporter_.log();
  if (data_.valid && (ends || due(config_.schedule.validate_every))) {
    progress_.validation_due = true;
  }
  if (ends || due(config_.schedule.save_every)) save_checkpoint();
  validate_if_due();
}

// Validation can take longer than a job has left: what it validates is saved first.
void Trainer::validate_if_due() {
  if (!progress_.validation_due) return;
  save_checkpoint();
  std::optional<run_log::ValidRecord> record =
      validate(step_.model(), data_, config_, progress_.update, stop_);
  if (distributed::in_any(team_, !record.has_value())) return;
  progress_.take(*record, config_.schedule.valid_metric);
  monitor_.observe_validation(record->nll);
  reporter_.record(*record);
  if (!record->bleu && !data_.valid_pairs.empty()) {
    reporter_.event("endless_translations",
                    "no BLEU: the model does not end its translations yet, and the length bound is "
                    "so wide that making them would take long");
  }
  if (config_.optimization.lr_schedule == config::LrSchedule::kPlateau) watch_plateau(record->nll);
  if (!record->best || !team_.leads()) return;
  checkpoint::publish_model(checkpoints_.folder(progress_.update), config_.model_dir + "/best");
}

// While the rate still rises, its course says nothing about a plateau.
void Trainer::watch_plateau(double nll) {
  const config::OptimizationConfig& options = config_.optimization;
  if (progress_.update < options.warmup_updates) return;
  optim::PlateauRule rule(options.lr_decay_patience, progress_.plateau);
  const bool reached = rule.observe(nll);
  progress_.plateau = rule.state();
  if (!reached) return;
  lower_learning_rate(
      options.lr_decay_factor, "plateau",
      concatenate(options.lr_decay_patience, " validations without a better nll than ",
                  progress_.plateau.best_nll.value_or(NAN)));
}

void Trainer::lower_learning_rate(double factor, const std::string& cause,
                                  const std::string& reason) {
  progress_.learning_rate_factor *= factor;
  step_.set_learning_rate_factor(progress_.learning_rate_factor);
  reporter_.event("learning_rate",
                  concatenate(reason, ": from now on the schedule's learning rate times ",
                              progress_.learning_rate_factor),
                  {{"factor", progress_.learning_rate_factor}, {"cause", cause}});
}

void Trainer::save_checkpoint() {
  if (saved_update_ == progress_.update) return;
  saved_update_ = progress_.update;
  if (!team_.leads()) return;
  progress_.seconds = reporter_.seconds();
  reporter_.record(run_log::CheckpointRecord{
      .update = progress_.update,
      .path = "checkpoints/" + checkpoint::folder_name(progress_.update)});
  state_.save(checkpoints_);
  checkpoints_.prune(config_.schedule.keep_last);
}

run_log::EndRecord Trainer::finish(const std::string& reason) {
  const bool interrupted = reason == "interrupted";
  if (!interrupted) reporter_.log();
  if (progress_.update > at_.update) save_checkpoint();
  reporter_.log();
  if (!team_.leads()) return reporter_.end(monitor_.verdict(progress_.update), reason);
  if (!data_.valid && saved_update_ > 0) {
    checkpoint::publish_model(checkpoints_.newest()->folder, config_.model_dir + "/best");
  }
  std::vector<std::string> averaged;
  if (!interrupted) {
    averaged = checkpoints_to_average(config_, progress_.update, checkpoints_, reporter_);
    if (const auto event = monitor_.finish(progress_.update)) reporter_.record(*event);
  }
  // Before the mean, which may fail: the run has ended all the same.
  const run_log::EndRecord end = reporter_.end(monitor_.verdict(progress_.update), reason);
  if (!interrupted) write_average(config_, averaged);
  return end;
}

}  // namespace nmt::train
