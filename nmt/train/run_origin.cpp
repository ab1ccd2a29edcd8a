#include "nmt/train/run_origin.h"

#include <filesystem>
#include <vector>

#include "data/text/byte_source.h"
#include "data/text/error.h"
#include "layers/linear_kind.h"
#include "nmt/config/config_json.h"
#include "nmt/config/config_table.h"
#include "nmt/optim/lr_schedule.h"
#include "nmt/train/run_progress.h"

namespace nmt::train {
namespace {

namespace fs = std::filesystem;

using checkpoint::CheckpointSet;
using config::TrainingCommand;
using config::TrainingConfig;
using run_log::EventRecord;

TrainingConfig saved_config(const std::string& checkpoint) {
  const std::string source = checkpoint + "/" + checkpoint::kStateFile;
  const nlohmann::json state = checkpoint::load_training_state(checkpoint).state;
  if (!state.contains("config")) throw InputError(source, ": holds no configuration");
  return config::training_config_from_json(state["config"], source);
}

std::string text_of(const TrainingConfig& config) {
  const auto& sets = config.data.train_sets;
  return sets.empty() ? "the built-in toy grammar" : concatenate(sets[0], " and ", sets[1]);
}

// A vocabulary that is named beside one that comes with the weights must be the same.
void check_vocabulary(const TrainingCommand& command, const checkpoint::VocabularyBytes& saved) {
  if (!command.set_keys.contains("vocab")) return;
  const std::vector<std::string>& paths = command.config.data.vocab;
  const std::vector<std::string> expected =
      saved.shared() ? std::vector{saved.target} : std::vector{saved.source, saved.target};
  if (paths.size() != expected.size()) {
    throw InputError("--vocab names ", paths.size(), " vocabularies, but the weights belong to ",
                     expected.size(), "; leave --vocab out, the model's own are used");
  }
  for (size_t i = 0; i < paths.size(); ++i) {
    if (text::read_file(paths[i]) == expected[i]) continue;
    throw InputError(paths[i],
                     ": is another vocabulary than the one that the weights belong to; leave "
                     "--vocab out, the model's own is used");
  }
}

// From the seed.

RunOrigin plain_run(const TrainingConfig& config) {
  return {.config = config, .at = {}, .opening = "", .vocabulary = std::nullopt};
}

// From another run's checkpoint.

struct OtherRun {
  CheckpointSet::Entry from;
  TrainingConfig config;
};

// That of the checkpoint that `path` is, or of the newest one of the model folder that it is.
OtherRun run_at(const std::string& path) {
  if (const auto newest = CheckpointSet(path + "/checkpoints").newest()) {
    return {.from = *newest, .config = saved_config(newest->folder)};
  }
  if (!checkpoint::is_complete_checkpoint(path)) {
    throw InputError("--branch-from: ", path,
                     " is neither a checkpoint nor a model folder with one");
  }
  const std::string source = path + "/" + checkpoint::kStateFile;
  const nlohmann::json state = checkpoint::load_training_state(path).state;
  return {.from = {.update = run_progress_from_json(state, source).update, .folder = path},
          .config = saved_config(path)};
}

EventRecord branch_event(const OtherRun& other, const TrainingConfig& now) {
  nlohmann::ordered_json changes = nlohmann::ordered_json::array();
  std::string text;
  for (const config::ConfigDifference& one : config::differences(other.config, now)) {
    if (one.key == "model-dir" || one.key == "branch-from" || one.key == "init-from") continue;
    changes.push_back({{"key", one.key}, {"was", one.saved}, {"now", one.now}});
    text += concatenate(text.empty() ? ": " : ", ", one.key, " ", one.saved, " -> ", one.now);
  }
  return {.update = other.from.update,
          .kind = "branch",
          .message =
              concatenate("goes on from ", other.from.folder, text.empty() ? ", unchanged" : text),
          .fields = {{"from", other.from.folder}, {"changes", changes}}};
}

RunOrigin branched_run(const OtherRun& other, const TrainingConfig& config) {
  return {.config = config,
          .at = {.checkpoint = other.from.folder,
                 .update = other.from.update,
                 .branches = true,
                 .events = {branch_event(other, config)}},
          .opening = concatenate("branches off from ", other.from.folder, ", on ", text_of(config)),
          .vocabulary = checkpoint::load_model(other.from.folder).vocabulary};
}

// From another model.

checkpoint::ModelFolder model_at(const std::string& path) {
  if (fs::is_directory(fs::path(path) / "checkpoints")) {
    throw InputError("--init-from: ", path,
                     " is the folder of a run; name one of its models, such as ",
                     (fs::path(path) / "best").string());
  }
  return checkpoint::load_model(path);
}

EventRecord init_event(const checkpoint::ModelFolder& model, const TrainingConfig& config) {
  const layers::LinearKind linear = config.model.architecture.linear;
  const bool unfolds = model.folded && linear != layers::LinearKind::kPlain;
  const char* unfolding =
      linear == layers::LinearKind::kWeightNorm ? "; they are folded: g is the length of each row"
      : linear == layers::LinearKind::kSpectralNorm
          ? "; they are folded: W is the folded weight, gamma its spectral norm, and stays so"
          : "; they are folded: W is the folded weight, gamma its spectral norm";
  return {.update = 0,
          .kind = "init",
          .message = concatenate("weights and vocabulary are those of ", config.init_from,
                                 unfolds ? unfolding : "",
                                 "; optimizer, learning rate, place in the data, best score and "
                                 "stability rules start anew"),
          .fields = {{"from", config.init_from}, {"folded", model.folded}}};
}

RunOrigin initialized_run(const checkpoint::ModelFolder& model, const TrainingConfig& config) {
  return {
      .config = config,
      .at = {.checkpoint = std::nullopt, .events = {init_event(model, config)}},
      .opening = concatenate("starts from the model ", config.init_from, ", on ", text_of(config)),
      .vocabulary = model.vocabulary};
}

// What a resumed run's schedule becomes by another lr-decay-updates; none if that stays.
std::vector<EventRecord> schedule_events(const TrainingConfig& saved, const TrainingConfig& now,
                                         int64_t update) {
  const int64_t was = saved.optimization.lr_decay_updates;
  const int64_t is = now.optimization.lr_decay_updates;
  if (was == is) return {};
  const auto rate = [&](const TrainingConfig& config) {
    return optim::learning_rate(config.optimization, update + 1);
  };
  return {{.update = update,
           .kind = "schedule",
           .message = concatenate("lr-decay-updates ", was, " -> ", is,
                                  ": the learning rate of the next update is ", rate(now),
                                  " in place of ", rate(saved)),
           .fields = {{"lr_decay_updates", is}, {"was", was}}}};
}

}  // namespace

RunOrigin new_run(const TrainingCommand& command) {
  if (!command.config.branch_from.empty()) {
    const OtherRun other = run_at(command.config.branch_from);
    RunOrigin run =
        branched_run(other, config::branched_config(other.config, command, other.from.update));
    check_vocabulary(command, *run.vocabulary);
    return run;
  }
  if (!command.config.init_from.empty()) {
    const checkpoint::ModelFolder model = model_at(command.config.init_from);
    check_vocabulary(command, model.vocabulary);
    return initialized_run(model, config::initialized_config(model.config, command));
  }
  RunOrigin run = plain_run(config::new_config(command));
  if (config::is_demo(command)) {
    run.opening =
        "no --train-sets: training on the built-in English-German toy grammar under "
        "configs/demo.conf";
  }
  return run;
}

RunOrigin repeated_run(const TrainingConfig& config, const std::string& branched_from) {
  RunOrigin run = !config.branch_from.empty() ? branched_run(run_at(branched_from), config)
                  : !config.init_from.empty() ? initialized_run(model_at(config.init_from), config)
                                              : plain_run(config);
  run.opening = concatenate(config.model_dir, " has no checkpoint yet: its run begins again, on ",
                            text_of(config));
  return run;
}

RunOrigin resumed_run(const CheckpointSet::Entry& from, const TrainingCommand& command) {
  const TrainingConfig saved = saved_config(from.folder);
  const TrainingConfig config = config::resumed_config(saved, command, from.update);
  RunOrigin run = {.config = config,
                   .at = {.checkpoint = from.folder,
                          .update = from.update,
                          .events = schedule_events(saved, config, from.update)},
                   .opening = concatenate("goes on with ", config.model_dir, " from update ",
                                          from.update, ", on ", text_of(config)),
                   .vocabulary = checkpoint::load_model(from.folder).vocabulary};
  check_vocabulary(command, *run.vocabulary);
  return run;
}

}  // namespace nmt::train
