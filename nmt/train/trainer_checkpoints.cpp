// What the trainer saves, and what it starts from.

#include <algorithm>
#include <filesystem>

#include "data/text/error.h"
#include "data/text/staged_folder.h"
#include "nmt/config/config_json.h"
#include "nmt/model/average.h"
#include "nmt/model/fold.h"
#include "nmt/model/parameters.h"
#include "nmt/run_log/json_number.h"
#include "nmt/train/data_identity.h"
#include "nmt/train/trainer.h"

namespace nmt::train {
namespace {

const nlohmann::json& member_of(const nlohmann::json& state, const char* key,
                                const std::string& source) {
  const auto found = state.find(key);
  if (found == state.end()) {
    throw InputError(source, ": has no \"", key, "\"; the checkpoint is damaged");
  }
  return *found;
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

// An update that no record holds yet. One whose matrices are measured has its record at once.
nlohmann::json to_json(const std::optional<StepResult>& unlogged) {
  if (!unlogged) return nullptr;
  return {{"loss", run_log::json_number(unlogged->loss)},
          {"nll", run_log::json_number(unlogged->nll)},
          {"learning_rate", run_log::json_number(unlogged->learning_rate)},
          {"gradient_norm", run_log::json_number(unlogged->gradient_norm)}};
}

// A state from before it was saved has none.
std::optional<StepResult> unlogged_update(const nlohmann::json& state, const std::string& source) {
  const auto saved = state.find("unlogged");
  if (saved == state.end() || saved->is_null()) return std::nullopt;
  const auto number = [&](const char* key) {
    return run_log::number_from_json(member_of(*saved, key, source));
  };
  StepResult result;
  result.loss = number("loss");
  result.nll = number("nll");
  result.learning_rate = number("learning_rate");
  result.gradient_norm = number("gradient_norm");
  return result;
}

checkpoint::VocabularyBytes bytes_of(const data::Vocabularies& vocabularies) {
  if (vocabularies.shared()) return vocabularies.target().serialized();
  return {vocabularies.source().serialized(), vocabularies.target().serialized()};
}

}  // namespace

void Trainer::check_data(const nlohmann::json& state, const std::string& source) const {
  if (state.contains("data")) {
    check_same_data(state["data"], data_, config_.data, source);
  } else if (state.value("pairs", int64_t{-1}) != data_.train.size()) {
    throw InputError(source, ": the run was trained on ", state.value("pairs", int64_t{-1}),
                     " sentence pairs, the training sets now give ", data_.train.size(),
                     "; resume with the same files");
  }
}

void Trainer::restore(const std::string& folder) {
  const checkpoint::ModelFolder saved = checkpoint::load_model(folder);
  const checkpoint::TrainingState training = checkpoint::load_training_state(folder);
  const std::string source = folder + "/" + checkpoint::kStateFile;
  if (saved.folded) {
    throw InputError(folder, ": holds folded weights, which training cannot go on from");
  }
  check_data(training.state, source);
  checkpoint::load_into(saved.tensors, model::named_tensors(model_),
                        folder + "/" + checkpoint::kModelFile);
  step_.refresh_weights();
  step_.optimizer().load_state(without_prefix(training.optimizer, kStatisticsPrefix, false));
  step_.probe().load_state(without_prefix(training.optimizer, kStatisticsPrefix, true));
  progress_ = run_progress_from_json(training.state, source);
  step_.set_learning_rate_factor(progress_.learning_rate_factor);
  step_.tracker().restore(member_of(training.state, "entropy", source));
  monitor_.restore(member_of(training.state, "stability", source), progress_.update);
  if (progress_.best) monitor_.observe_validation(progress_.best->nll);  // Older states lack it.
  losses_since_record_ = run_log::numbers_from_json(member_of(training.state, "losses", source));
  unlogged_ = unlogged_update(training.state, source);
  // A run that a rule has stopped goes on when it is resumed; one that a signal cut short before it
  // could validate and stop has both to come.
  if (!progress_.validation_due || !stops_on(progress_.unstable)) progress_.unstable.clear();
  if (at_.branches) {  // What was best, and where it lies, belongs to the other run.
    progress_.best.reset();
    progress_.bad_validations = 0;
  } else {
    saved_update_ = progress_.update;
  }
}

void Trainer::take_model(const std::string& folder) {
  model::take_weights(checkpoint::load_model(folder), model_,
                      folder + "/" + checkpoint::kModelFile);
  step_.refresh_weights();
  progress_.validation_due = data_.valid.has_value();
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
  nlohmann::json state = train::to_json(progress_);
  state["pairs"] = data_.train.size();
  state["data"] = data_identity(data_);
  state["config"] = config::to_json(config_);
  state["entropy"] = step_.tracker().state();
  state["stability"] = monitor_.state();
  state["losses"] = run_log::json_numbers(losses_since_record_);
  state["unlogged"] = to_json(unlogged_);
  optim::NamedTensors tensors = step_.optimizer().state();
  for (const auto& [name, tensor] : step_.probe().state()) {
    tensors.emplace_back(std::string(kStatisticsPrefix) + name, tensor);
  }
  observer_.on_checkpoint({.update = progress_.update,
                           .path = "checkpoints/" + checkpoint::folder_name(progress_.update)});
  checkpoints_.save(progress_.update,
                    {.config = model_with_temperatures(),
                     .tensors = model::named_tensors(model_),
                     .vocabulary = bytes_of(data_.vocabularies()),
                     .folded = false},
                    {.optimizer = std::move(tensors), .state = state});
  checkpoints_.prune(config_.schedule.keep_last);
  saved_update_ = progress_.update;
}

void Trainer::publish_best() {
  if (!progress_.best || progress_.best->update != progress_.update) return;
  checkpoint::publish_model(checkpoints_.folder(progress_.update), config_.model_dir + "/best");
}

// 0 if there is none up to `update`.
int64_t Trainer::last_change_of_temperature(int64_t update) const {
  int64_t last_change = 0;
  for (const config::TemperatureChange& change : config_.stability.attention_temperature_at) {
    if (change.update <= update) last_change = std::max(last_change, change.update);
  }
  return last_change;
}

// Where limits tell beforehand that checkpoints will be left out, hours before they are.
void Trainer::report_change_within_average() {
  const config::ScheduleConfig& schedule = config_.schedule;
  if (schedule.max_updates == 0 || schedule.save_every == 0 || schedule.average_last < 2) return;
  const int64_t before_last = (schedule.max_updates - 1) / schedule.save_every;
  const int64_t first = (before_last - (schedule.average_last - 2)) * schedule.save_every;
  const int64_t last_change = last_change_of_temperature(schedule.max_updates);
  if (last_change <= first || last_change <= progress_.update) return;
  observer_.on_event(
      {.update = progress_.update,
       .kind = "average",
       .message = concatenate("the attention temperature changes at update ", last_change,
                              ", among the last ", schedule.average_last,
                              " checkpoints: average/ will leave those before it out"),
       .fields = {{"since", last_change}}});
}

// Weights at different attention temperatures are not of one model.
std::vector<std::string> Trainer::checkpoints_to_average() {
  const int64_t wanted = config_.schedule.average_last;
  const int64_t last_change = last_change_of_temperature(progress_.update);
  std::vector<std::string> folders;
  bool left_out = false;
  const std::vector<checkpoint::CheckpointSet::Entry> all = checkpoints_.all();
  for (size_t i = all.size() - std::min(all.size(), static_cast<size_t>(wanted)); i < all.size();
       ++i) {
    if (all[i].update < last_change) {
      left_out = true;
    } else {
      folders.push_back(all[i].folder);
    }
  }
  if (folders.size() < 2) folders.clear();
  if (left_out) {
    observer_.on_event(
        {.update = progress_.update,
         .kind = "average",
         .message =
             concatenate(folders.empty() ? "there is no average/: "
                                         : concatenate("average/ is the mean of ", folders.size(),
                                                       " checkpoints in place of ", wanted, ": "),
                         "those before update ", last_change, " have other attention temperatures"),
         .fields = {{"checkpoints", folders.size()}, {"since", last_change}}});
  }
  return folders;
}

void Trainer::write_average(const std::vector<std::string>& folders) {
  const std::string place = config_.model_dir + "/average";
  if (!folders.empty()) {
    checkpoint::save_model(place, model::average(folders));
  } else if (config_.schedule.average_last > 0 && std::filesystem::exists(place)) {
    text::remove_folder(place);  // Of fewer updates.
  }
}

}  // namespace nmt::train
