#include "nmt/train/run_state.h"

#include "data/text/error.h"
#include "nmt/config/config_json.h"
#include "nmt/model/parameters.h"
#include "nmt/run_log/keyed_json.h"
#include "nmt/train/data_identity.h"

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

}  // namespace

void RunState::save(const checkpoint::CheckpointSet& checkpoints) const {
  nlohmann::json state = to_json(progress);
  state["pairs"] = data.train.size();
  state["data"] = data_identity(data);
  state["config"] = config::to_json(config);
  state["entropy"] = step.tracker().state();
  state["stability"] = monitor.state();
  state.update(run_log::object_of(reporter));
  // With the temperatures in force, so that a translation is made as the model was trained.
  checkpoints.save(
      progress.update,
      {.config = model_in_force(config, progress.update),
       .tensors = model::named_tensors(step.model()),
       .vocabulary = serialized(data.vocabularies()),
       .folded = false},
      {.optimizer = step.optimizer().state(), .statistics = step.probe().state(), .state = state});
}

void RunState::restore(const std::string& folder) {
  const checkpoint::ModelFolder saved = checkpoint::load_model(folder);
  const checkpoint::TrainingState training = checkpoint::load_training_state(folder);
  const nlohmann::json& state = training.state;
  const std::string source = folder + "/" + checkpoint::kStateFile;
  if (saved.folded) {
    throw InputError(folder, ": holds folded weights, which training cannot go on from");
  }
  check_same_data(state, data, config.data, source);
  checkpoint::load_into(saved.tensors, model::named_tensors(step.model()),
                        folder + "/" + checkpoint::kModelFile);
  step.refresh_weights();
  step.optimizer().load_state(training.optimizer);
  step.probe().load_state(training.statistics);
  progress = run_progress_from_json(state, source);
  step.set_learning_rate_factor(progress.learning_rate_factor);
  step.tracker().restore(member_of(state, "entropy", source));
  monitor.restore(member_of(state, "stability", source), progress.update);
  if (progress.best) monitor.observe_validation(progress.best->nll);  // Older states lack it.
  member_of(state, "losses", source);
  run_log::take_keys(state, reporter);
}

config::ModelConfig model_in_force(const config::TrainingConfig& config, int64_t update) {
  config::ModelConfig model = config.model;
  for (const config::TemperatureChange& change : config.stability.attention_temperature_at) {
    if (change.update <= update) model.attention_temperature.push_back(change.setting);
  }
  return model;
}

}  // namespace nmt::train
