#include "nmt/checkpoint/checkpoint.h"

#include <algorithm>
#include <filesystem>
#include <iterator>

#include "data/text/checksum.h"
#include "data/text/error.h"
#include "data/text/whole_file.h"
#include "nmt/checkpoint/config_file.h"
#include "nmt/checkpoint/durable_file.h"
#include "nmt/checkpoint/safetensors.h"
#include "nmt/checkpoint/staged_folder.h"

namespace nmt::checkpoint {
namespace {

namespace fs = std::filesystem;

constexpr const char* kModelFiles[] = {kModelFile, kConfigFile, kVocabularyFile};
constexpr const char* kAllFiles[] = {kModelFile, kConfigFile, kVocabularyFile, kOptimizerFile,
                                     kStateFile};
// Metadata of the tensor files: the checksum of the file that belongs to them.
constexpr const char* kVocabularyKey = "deepnmt.vocabulary";
constexpr const char* kStateKey = "deepnmt.state";

std::string in(const std::string& folder, const char* name) {
  return (fs::path(folder) / name).string();
}

std::string checksum_of(const std::string& bytes) {
  text::Checksum checksum;
  checksum.add(bytes.data(), bytes.size());
  return checksum.text();
}

// A run has models below its folder, not in it.
void refuse_folder_of_a_run(const std::string& folder) {
  if (fs::exists(in(folder, "best"))) {
    throw InputError(folder, ": is the folder of a run; its model is ", in(folder, "best"));
  }
  if (fs::exists(in(folder, "checkpoints"))) {
    throw InputError(folder, ": is the folder of a run; name one of its models, in ",
                     in(folder, "checkpoints"));
  }
}

void check_exists(const std::string& folder, const char* file) {
  if (!fs::is_directory(folder)) {
    throw InputError(folder, ": no such folder; a model folder is needed here");
  }
  if (fs::exists(in(folder, file))) return;
  refuse_folder_of_a_run(folder);
  throw InputError(
      folder, ": has no ", file, ", so it is not a ",
      std::ranges::count(kModelFiles, std::string_view(file)) ? "model folder" : "checkpoint");
}

void check_belongs(const Metadata& metadata, const char* key, const std::string& bytes,
                   const std::string& path, const char* tensors) {
  const auto expected = metadata.find(key);
  if (expected != metadata.end() && expected->second != checksum_of(bytes)) {
    throw InputError(path, ": does not belong to the ", tensors, " beside it, or is damaged");
  }
}

// Replacing a folder removes what is in it.
void check_replaceable(const std::string& folder) {
  if (!fs::is_directory(folder)) return;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (std::find(std::begin(kAllFiles), std::end(kAllFiles), name) == std::end(kAllFiles)) {
      throw InputError(folder, ": would be replaced, but holds '", name,
                       "', which is not part of a model; choose another folder");
    }
  }
}

void write_model_files(const std::string& folder, const ModelFolder& model) {
  write_safetensors(in(folder, kModelFile), model.tensors,
                    {{kVocabularyKey, checksum_of(model.vocabulary)}});
  write_durably(in(folder, kConfigFile), config_file_text(model.config, model.folded));
  write_durably(in(folder, kVocabularyFile), model.vocabulary);
}

void link_or_copy(const std::string& from, const std::string& to) {
  std::error_code error;
  fs::create_hard_link(from, to, error);
  if (error) copy_durably(from, to);
}

}  // namespace

config::ModelConfig module_config(const ModelFolder& model) {
  config::ModelConfig config = model.config;
  if (!model.folded) return config;
  const config::ModelConfig defaults;
  config.architecture.linear = layers::LinearKind::kPlain;
  config.gamma_init = defaults.gamma_init;
  config.sigma_groups = defaults.sigma_groups;
  config.sigma_embeddings = defaults.sigma_embeddings;
  return config;
}

void save_model(const std::string& folder, const ModelFolder& model) {
  check_replaceable(folder);
  StagedFolder staged(folder);
  write_model_files(staged.path(), model);
  staged.commit();
}

ModelFolder load_model(const std::string& folder) {
  for (const char* file : kModelFiles) check_exists(folder, file);
  ModelFolder model;
  const std::string config_path = in(folder, kConfigFile);
  const ConfigFile config = parse_config_file(text::read_file(config_path), config_path);
  model.config = config.model;
  model.folded = config.folded;
  Safetensors file = read_safetensors(in(folder, kModelFile));
  model.tensors = std::move(file.tensors);
  model.vocabulary = text::read_file(in(folder, kVocabularyFile));
  check_belongs(file.metadata, kVocabularyKey, model.vocabulary, in(folder, kVocabularyFile),
                kModelFile);
  return model;
}

void save_checkpoint(const std::string& folder, const ModelFolder& model,
                     const TrainingState& training) {
  TORCH_CHECK(training.state.is_object(), "save_checkpoint: the state must be a JSON object");
  check_replaceable(folder);
  StagedFolder staged(folder);
  write_model_files(staged.path(), model);
  const std::string state = training.state.dump(1) + "\n";
  write_safetensors(in(staged.path(), kOptimizerFile), training.optimizer,
                    {{kStateKey, checksum_of(state)}});
  write_durably(in(staged.path(), kStateFile), state);
  staged.commit();
}

TrainingState load_training_state(const std::string& folder) {
  for (const char* file : {kOptimizerFile, kStateFile}) check_exists(folder, file);
  const std::string state_path = in(folder, kStateFile);
  const std::string text = text::read_file(state_path);
  TrainingState training;
  training.state = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!training.state.is_object()) {
    throw InputError(state_path, ": is not a JSON object; the checkpoint is damaged");
  }
  Safetensors file = read_safetensors(in(folder, kOptimizerFile));
  check_belongs(file.metadata, kStateKey, text, state_path, kOptimizerFile);
  training.optimizer = std::move(file.tensors);
  return training;
}

bool is_complete_checkpoint(const std::string& folder) {
  return std::ranges::all_of(
      kAllFiles, [&](const char* file) { return fs::is_regular_file(in(folder, file)); });
}

void publish_model(const std::string& checkpoint, const std::string& folder) {
  for (const char* file : kModelFiles) check_exists(checkpoint, file);
  check_replaceable(folder);
  StagedFolder staged(folder);
  for (const char* file : kModelFiles) {
    link_or_copy(in(checkpoint, file), in(staged.path(), file));
  }
  staged.commit();
}

}  // namespace nmt::checkpoint
