// What the trainer tells its observers of an update, and what follows from it.

#include <algorithm>
#include <cmath>
#include <utility>

#include "data/text/error.h"
#include "nmt/optim/plateau.h"
#include "nmt/run_log/json_number.h"
#include "nmt/train/trainer.h"

namespace nmt::train {
namespace {

// What on-collapse and on-divergence multiply the learning rate by.
constexpr double kUnstableFactor = 0.5;

}  // namespace

void Trainer::change_temperatures() {
  for (const config::TemperatureChange& change : config_.stability.attention_temperature_at) {
    if (change.update != progress_.update) continue;
    step_.set_attention_temperature(change.setting);
    observer_.on_event(
        {.update = progress_.update,
         .kind = "temperature",
         .message = concatenate("attention temperature ", config::to_string({change.setting}),
                                " from this update on"),
         .fields = {{"temperature", change.setting.temperature},
                    {"setting", config::to_string({change.setting})}}});
  }
}

void Trainer::react(const run_log::EventRecord& event) {
  const bool collapse = event.kind == "collapse";
  if (!collapse && event.kind != "divergence") return;
  const config::UnstableAction action =
      collapse ? config_.stability.on_collapse : config_.stability.on_divergence;
  if (action == config::UnstableAction::kStop) {
    progress_.unstable = collapse ? "collapsed" : "diverged";
  }
  if (action == config::UnstableAction::kLowerLearningRate) {
    lower_learning_rate(kUnstableFactor, event.kind, event.message);
  }
}

void Trainer::report_non_finite(const std::vector<data::Batch>& batches, const StepResult& result) {
  nlohmann::ordered_json lines = nlohmann::ordered_json::array();
  for (const data::Batch& batch : batches) {
    for (const int64_t pair : batch.pairs) lines.push_back(data_.train.line(pair));
  }
  observer_.on_event(
      {.update = progress_.update,
       .kind = "non_finite",
       .message = concatenate("loss ", result.loss, ", gradient norm ", result.gradient_norm,
                              ": the update was skipped (", progress_.bad_updates, " of ",
                              config_.schedule.max_bad_updates, " in a row)"),
       .fields = {{"loss", run_log::json_number(result.loss)},
                  {"gradient_norm", run_log::json_number(result.gradient_norm)},
                  {"lines", lines}}});
}

void Trainer::report_update(StepResult result) {
  for (const run_log::EventRecord& event : monitor_.observe({.update = progress_.update,
                                           .loss = result.loss,
                                           .nll = result.nll,
                                           .gradient_norm = result.gradient_norm,
                                           .entropies = result.entropies})) {
    observer_.on_event(event);
    react(event);
  }
  losses_since_record_.push_back(run_log::rounded(result.loss));
  report_progress(result);
  unlogged_ = std::move(result);
  if (progress_.update == 1 || due(config_.schedule.log_every) || measures_now()) {
    log_update();
  }
}

void Trainer::report_progress(const StepResult& result) {
  const auto epochs = [](const data::DataPosition& position, int64_t batches) {
    return position.epoch + static_cast<double>(position.batch) / std::max<int64_t>(1, batches);
  };
  const double seconds = process_seconds();
  observer_.on_progress(
      {.update = progress_.update,
       .loss = result.loss,
       .tokens_per_second = (progress_.tokens - at_start_.tokens) / std::max(seconds, 1e-9),
       .first_update = at_start_.update,
       .seconds = seconds,
       .max_updates = config_.schedule.max_updates,
       .max_seconds = std::max(0.0, 60 * config_.schedule.max_minutes - at_start_.seconds),
       .epochs = epochs(progress_.position, batches_in_epoch_),
       .first_epochs = epochs(at_start_.position, batches_in_epoch_),
       .max_epochs = config_.schedule.max_epochs,
       .tokens = progress_.tokens,
       .first_tokens = at_start_.tokens,
       .max_tokens = config_.schedule.max_target_tokens});
}

void Trainer::log_update() {
  const Clock::time_point now = Clock::now();
  run_log::UpdateRecord record;
  record.update = progress_.update;
  record.epoch = progress_.position.epoch + 1;
  record.loss = unlogged_->loss;
  record.nll = unlogged_->nll;
  record.learning_rate = unlogged_->learning_rate;
  record.gradient_norm = unlogged_->gradient_norm;
  record.tokens = progress_.tokens;
  record.tokens_per_second =
      tokens_since_record_ / std::max(1e-9, seconds_between(last_record_, now));
  record.seconds = run_seconds();
  record.losses = std::exchange(losses_since_record_, {});
  record.attention = attention_records();
  record.matrices = std::move(unlogged_->statistics.matrices);
  record.stream = std::move(unlogged_->statistics.stream);
  observer_.on_update(record);
  unlogged_.reset();
  tokens_since_record_ = 0;
  last_record_ = now;
}

std::vector<run_log::AttentionRecord> Trainer::attention_records() {
  std::vector<run_log::AttentionRecord> records = step_.tracker().take();
  unlogged_->statistics.bounds.put_into(records);
  for (run_log::AttentionRecord& record : records) {
    record.temperature = model_->attention_layers(record.kind)[record.layer - 1]->temperature();
  }
  return records;
}

void Trainer::measure_sharpness() {
  const Clock::time_point begin = Clock::now();
  step_.free_gradients();  // The measurement needs the room.
  const stability::Sharpness now = sharpness_->measure(model_, step_.optimizer().state());
  observer_.on_sharpness({.update = progress_.update,
                          .sharpness = now.value,
                          .preconditioned = now.preconditioned,
                          .preconditioner = now.preconditioner,
                          .iterations = now.iterations,
                          .residual = now.residual});
  last_record_ += Clock::now() - begin;  // No part of the training speed.
}

void Trainer::report_endless_translations() {
  observer_.on_event(
      {.update = progress_.update,
       .kind = "endless_translations",
       .message =
           "no BLEU: the model does not end its translations yet, and the length bound is so "
           "wide that making them would take long",
       .fields = {}});
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
  observer_.on_event(
      {.update = progress_.update,
       .kind = "learning_rate",
       .message = concatenate(reason, ": from now on the schedule's learning rate times ",
                              progress_.learning_rate_factor),
       .fields = {{"factor", progress_.learning_rate_factor}, {"cause", cause}}});
}

}  // namespace nmt::train
