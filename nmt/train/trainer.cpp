#include "nmt/train/trainer.h"

#include <sys/resource.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "data/text/error.h"
#include "nmt/checkpoint/average.h"
#include "nmt/config/config_json.h"
#include "nmt/model/init.h"
#include "nmt/model/parameters.h"
#include "nmt/stability/json_number.h"
#include "nmt/train/memory_estimate.h"
#include "nmt/train/start_record.h"
#include "nmt/train/validate.h"

namespace nmt::train {
namespace {

double seconds_between(std::chrono::steady_clock::time_point from,
                       std::chrono::steady_clock::time_point to) {
  return std::chrono::duration<double>(to - from).count();
}

const nlohmann::json& member_of(const nlohmann::json& state, const char* key,
                                const std::string& source) {
  const auto found = state.find(key);
  if (found == state.end()) {
    throw InputError(source, ": has no \"", key, "\"; the checkpoint is damaged");
  }
  return *found;
}

stability::StabilityRules rules_of(const config::TrainingConfig& config) {
  stability::StabilityRules rules;
  rules.warmup_updates = config.optimization.warmup_updates;
  return rules;
}

data::TokenBatcherOptions batcher_options(const config::TrainingConfig& config,
                                          const TrainingData& data) {
  return {.max_tokens = config.data.max_tokens,
          .seed = config.seed,
          .sampling = {.vocabulary = data.vocabulary.get(),
                       .alpha = config.data.subword_sampling,
                       .max_length = config.data.max_length}};
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

// Tensors of the statistics stand in the optimizer's file, under names of their own.
constexpr std::string_view kStatisticsPrefix = "statistics/";

// Those with the prefix, which they lose, or those without it.
optim::NamedTensors without_prefix(const optim::NamedTensors& all, std::string_view prefix,
                                   bool with) {
  optim::NamedTensors chosen;
  for (const auto& [name, tensor] : all) {
    if (name.starts_with(prefix) != with) continue;
    chosen.emplace_back(with ? name.substr(prefix.size()) : name, tensor);
  }
  return chosen;
}

double peak_mib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024.0;
}

}  // namespace

Trainer::Trainer(const config::TrainingConfig& config, const TrainingData& data,
                 TrainingObserver& observer, const std::atomic<bool>& stop,
                 const std::optional<std::string>& checkpoint,
                 const std::optional<stability::EventRecord>& branch)
    : config_(config),
      data_(data),
      observer_(observer),
      stop_(stop),
      checkpoints_(config.model_dir + "/checkpoints"),
      model_(initialized_model(config, data)),
      step_(model_, config, config.threads, data.vocabulary->eos_id()),
      monitor_(rules_of(config)),
      branch_(branch) {
  if (config_.schedule.sharpness_every > 0) {
    sharpness_.emplace(
        config_, sharpness_sample(data.train, config_.schedule.sharpness_tokens, config_.seed),
        data.vocabulary->eos_id());
  }
  if (checkpoint) restore(*checkpoint);
  open_batches();
  for (const config::TemperatureChange& change : config_.stability.attention_temperature_at) {
    if (change.update <= progress_.update) step_.set_attention_temperature(change.setting);
  }
  at_start_ = progress_;
  start_ = last_record_ = Clock::now();
}

void Trainer::restore(const std::string& folder) {
  const checkpoint::ModelFolder saved = checkpoint::load_model(folder);
  const checkpoint::TrainingState training = checkpoint::load_training_state(folder);
  const std::string source = folder + "/" + checkpoint::kStateFile;
  if (saved.folded) {
    throw InputError(folder, ": holds folded weights, which training cannot go on from");
  }
  checkpoint::load_into(saved.tensors, model::named_tensors(model_),
                        folder + "/" + checkpoint::kModelFile);
  step_.refresh_weights();
  step_.optimizer().load_state(without_prefix(training.optimizer, kStatisticsPrefix, false));
  step_.probe().load_state(without_prefix(training.optimizer, kStatisticsPrefix, true));
  progress_ = run_progress_from_json(training.state, source);
  if (training.state.value("pairs", int64_t{-1}) != data_.train.size()) {
    throw InputError(source, ": the run was trained on ",
                     training.state.value("pairs", int64_t{-1}),
                     " sentence pairs, the training sets now give ", data_.train.size(),
                     "; resume with the same files");
  }
  step_.set_learning_rate_factor(progress_.learning_rate_factor);
  step_.tracker().restore(member_of(training.state, "entropy", source));
  monitor_.restore(member_of(training.state, "stability", source));
  losses_since_record_ = stability::numbers_from_json(member_of(training.state, "losses", source));
  if (branch_) {  // What was best, and where it lies, belongs to the other run.
    progress_.best.reset();
    progress_.bad_validations = 0;
    return;
  }
  saved_update_ = progress_.update;
  if (progress_.best && progress_.best->update == progress_.update) {
    checkpoint::publish_model(folder, config_.model_dir + "/best");
  }
}

double Trainer::process_seconds() const {
  return seconds_between(start_, Clock::now());
}
double Trainer::run_seconds() const {
  return at_start_.seconds + process_seconds();
}

std::string Trainer::reason_to_stop() const {
  const config::ScheduleConfig& limits = config_.schedule;
  if (limits.max_updates > 0 && progress_.update >= limits.max_updates) return "max-updates";
  if (limits.max_epochs > 0 && progress_.position.epoch >= limits.max_epochs) return "max-epochs";
  if (limits.max_target_tokens > 0 && progress_.tokens >= limits.max_target_tokens) {
    return "max-target-tokens";
  }
  if (limits.max_minutes > 0 && run_seconds() >= 60 * limits.max_minutes) return "max-minutes";
  if (!unstable_.empty()) return unstable_;
  if (limits.patience > 0 && progress_.bad_validations >= limits.patience) return "patience";
  if (progress_.bad_updates >= limits.max_bad_updates) return "non-finite";
  // Last: a run that has met its limit has nothing to go on with, signal or not.
  if (stop_) return "interrupted";
  return "";
}

stability::EndRecord Trainer::run() {
  const stability::ConfigRecord start = start_record(config_, model_, data_, config_.threads);
  observer_.on_start(start);
  if (branch_) observer_.on_event(*branch_);
  if (progress_.update == 0 && sharpness_) measure_sharpness();
  std::string reason = reason_to_stop();
  while (reason.empty()) {
    update_once();
    reason = reason_to_stop();
    validate_and_save(reason);
    if (reason.empty()) reason = reason_to_stop();  // Validation can end patience.
  }
  return finish(reason);
}

// Everything that belongs to an update is in the log before its checkpoint exists: a kill after the
// checkpoint then loses nothing. Not so the record of an interruption, which a resume must cut off.
void Trainer::validate_and_save(const std::string& reason) {
  const bool ends = !reason.empty() && reason != "interrupted";
  if (ends && unlogged_) log_update();
  if (data_.valid && (ends || due(config_.schedule.validate_every))) {
    validate_now();
  }
  if (ends || due(config_.schedule.save_every)) save_checkpoint();
}

void Trainer::open_batches() {
  data::TokenBatcher batcher(data_.train, batcher_options(config_, data_));
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

bool Trainer::is_better(const stability::ValidRecord& record) const {
  if (!std::isfinite(record.nll)) return false;
  if (!progress_.best) return true;
  if (config_.schedule.valid_metric == config::ValidMetric::kBleu && record.bleu) {
    return *record.bleu > progress_.best->bleu.value_or(0.0);
  }
  return record.nll < progress_.best->nll;
}

void Trainer::validate_now() {
  stability::ValidRecord record = validate(model_, data_, config_, progress_.update);
  record.best = is_better(record);
  progress_.bad_validations = record.best ? 0 : progress_.bad_validations + 1;
  if (record.best) progress_.best = record;
  observer_.on_valid(record);
  if (config_.optimization.lr_schedule == config::LrSchedule::kPlateau) watch_plateau(record.nll);
  if (!record.best) return;
  save_checkpoint();
}

// With the temperatures in force, so that a translation is made as the model was trained.
config::ModelConfig Trainer::model_with_temperatures() const {
  config::ModelConfig model = config_.model;
  for (const config::TemperatureChange& change : config_.stability.attention_temperature_at) {
    if (change.update <= progress_.update) model.attention_temperature.push_back(change.setting);
  }
  return model;
}

void Trainer::save_checkpoint() {
  if (saved_update_ == progress_.update) return;
  progress_.seconds = run_seconds();
  nlohmann::json state = to_json(progress_);
  state["pairs"] = data_.train.size();
  state["config"] = config::to_json(config_);
  state["entropy"] = step_.tracker().state();
  state["stability"] = monitor_.state();
  state["losses"] = stability::json_numbers(losses_since_record_);
  optim::NamedTensors tensors = step_.optimizer().state();
  for (const auto& [name, tensor] : step_.probe().state()) {
    tensors.emplace_back(std::string(kStatisticsPrefix) + name, tensor);
  }
  char name[32];
  std::snprintf(name, sizeof name, "update-%08lld", static_cast<long long>(progress_.update));
  observer_.on_checkpoint({.update = progress_.update, .path = std::string("checkpoints/") + name});
  const std::string folder = checkpoints_.save(progress_.update,
                                               {.config = model_with_temperatures(),
                                                .tensors = model::named_tensors(model_),
                                                .vocabulary = data_.vocabulary->serialized(),
                                                .folded = false},
                                               {.optimizer = std::move(tensors), .state = state});
  if (progress_.best && progress_.best->update == progress_.update) {
    checkpoint::publish_model(folder, config_.model_dir + "/best");
  }
  checkpoints_.prune(config_.schedule.keep_last);
  saved_update_ = progress_.update;
}

void Trainer::write_average() {
  const std::vector<checkpoint::CheckpointSet::Entry> all = checkpoints_.all();
  const size_t count = std::min(all.size(), static_cast<size_t>(config_.schedule.average_last));
  if (count < 2) return;
  std::vector<std::string> folders;
  for (size_t i = all.size() - count; i < all.size(); ++i) folders.push_back(all[i].folder);
  checkpoint::save_model(config_.model_dir + "/average", checkpoint::average(folders));
}

stability::EndRecord Trainer::finish(const std::string& reason) {
  const bool interrupted = reason == "interrupted";
  if (unlogged_ && !interrupted) log_update();
  if (progress_.update > at_start_.update) save_checkpoint();
  if (unlogged_) log_update();
  if (!data_.valid && saved_update_ > 0) {
    checkpoint::publish_model(checkpoints_.newest()->folder, config_.model_dir + "/best");
  }
  if (!interrupted && config_.schedule.average_last > 0) write_average();
  const stability::EndRecord end = {.update = progress_.update,
                                    .reason = reason,
                                    .status = reason == "non-finite" ? "failed" : monitor_.status(),
                                    .collapsed = monitor_.collapsed(),
                                    .diverged = monitor_.diverged(),
                                    .plateau = monitor_.on_plateau(),
                                    .spikes = monitor_.spikes(),
                                    .peak_mib = peak_mib(),
                                    .seconds = run_seconds(),
                                    .best = progress_.best};
  observer_.on_end(end);
  return end;
}

}  // namespace nmt::train
