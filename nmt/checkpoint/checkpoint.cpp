#include "nmt/checkpoint/checkpoint.h"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <string_view>
#include <vector>

#include "data/text/byte_source.h"
#include "data/text/checksum.h"
#include "data/text/durable_file.h"
#include "data/text/error.h"
#include "data/text/staged_folder.h"
#include "nmt/checkpoint/config_file.h"
#include "nmt/checkpoint/safetensors.h"
#include "nmt/config/vocabulary_sizes.h"

namespace nmt::checkpoint {
namespace {

namespace fs = std::filesystem;

constexpr const char* kAllFiles[] = {
    kModelFile,     kConfigFile, kVocabularyFile, kSourceVocabularyFile, kTargetVocabularyFile,
    kOptimizerFile, kStateFile};
// Metadata of the tensor files: the checksum of the file that belongs to them.
constexpr const char* kVocabularyKey = "deepnmt.vocabulary";  // spm.model or target.spm.model.
constexpr const char* kSourceVocabularyKey = "deepnmt.source_vocabulary";
constexpr const char* kStateKey = "deepnmt.state";
// In the optimizer's file, before the names of the statistics' tensors.
constexpr std::string_view kStatisticsPrefix = "statistics/";

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

// The files of the model in `folder`, which has one vocabulary unless it has one of a side.
std::vector<const char*> model_files(const std::string& folder) {
  const bool two = fs::exists(in(folder, kSourceVocabularyFile)) ||
                   fs::exists(in(folder, kTargetVocabularyFile));
  if (two) return {kModelFile, kConfigFile, kSourceVocabularyFile, kTargetVocabularyFile};
  return {kModelFile, kConfigFile, kVocabularyFile};
}

void check_exists(const std::string& folder, const char* file, const char* kind) {
  if (!fs::is_directory(folder)) {
    throw InputError(folder, ": no such folder; a model folder is needed here");
  }
  if (fs::exists(in(folder, file))) return;
  refuse_folder_of_a_run(folder);
  throw InputError(folder, ": has no ", file, ", so it is not a ", kind);
}

void check_is_model(const std::string& folder) {
  for (const char* file : model_files(folder)) check_exists(folder, file, "model folder");
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
  const VocabularyBytes& vocabulary = model.vocabulary;
  Metadata metadata = {{kVocabularyKey, checksum_of(vocabulary.target)}};
  if (!vocabulary.shared()) metadata[kSourceVocabularyKey] = checksum_of(vocabulary.source);
  write_safetensors(in(folder, kModelFile), model.tensors, metadata);
  text::write_durably(in(folder, kConfigFile), config_file_text(model.config, model.folded));
  if (vocabulary.shared()) {
    text::write_durably(in(folder, kVocabularyFile), vocabulary.target);
  } else {
    text::write_durably(in(folder, kSourceVocabularyFile), vocabulary.source);
    text::write_durably(in(folder, kTargetVocabularyFile), vocabulary.target);
  }
}

// Throws InputError if the files beside the configuration are not those that it asks for.
VocabularyBytes read_vocabulary(const std::string& folder, const config::ModelConfig& config,
                                const Metadata& metadata) {
  const auto read = [&](const char* file, const char* key) {
    check_exists(folder, file, "folder of the model that its config.json describes");
    std::string bytes = text::read_file(in(folder, file));
    check_belongs(metadata, key, bytes, in(folder, file), kModelFile);
    return bytes;
  };
  if (!config::has_two_vocabularies(config)) return read(kVocabularyFile, kVocabularyKey);
  return {read(kSourceVocabularyFile, kSourceVocabularyKey),
          read(kTargetVocabularyFile, kVocabularyKey)};
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
  text::StagedFolder staged(folder);
  write_model_files(staged.path(), model);
  staged.commit();
}

ModelFolder load_model(const std::string& folder) {
  check_is_model(folder);
  ModelFolder model;
  const std::string config_path = in(folder, kConfigFile);
  const ConfigFile config = parse_config_file(text::read_file(config_path), config_path);
  model.config = config.model;
  model.folded = config.folded;
  Safetensors file = read_safetensors(in(folder, kModelFile));
  model.tensors = std::move(file.tensors);
  model.vocabulary = read_vocabulary(folder, model.config, file.metadata);
  return model;
}

void save_checkpoint(const std::string& folder, const ModelFolder& model,
                     const TrainingState& training) {
  TORCH_CHECK(training.state.is_object(), "save_checkpoint: the state must be a JSON object");
  check_replaceable(folder);
  text::StagedFolder staged(folder);
  write_model_files(staged.path(), model);
  NamedTensors tensors = training.optimizer;
  for (const auto& [name, tensor] : training.statistics) {
    tensors.emplace_back(std::string(kStatisticsPrefix) + name, tensor);
  }
  const std::string state = training.state.dump(1) + "\n";
  write_safetensors(in(staged.path(), kOptimizerFile), tensors, {{kStateKey, checksum_of(state)}});
  text::write_durably(in(staged.path(), kStateFile), state);
  staged.commit();
}

TrainingState load_training_state(const std::string& folder) {
  for (const char* file : {kOptimizerFile, kStateFile}) check_exists(folder, file, "checkpoint");
  const std::string state_path = in(folder, kStateFile);
  const std::string text = text::read_file(state_path);
  TrainingState training;
  training.state = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!training.state.is_object()) {
    throw InputError(state_path, ": is not a JSON object; the checkpoint is damaged");
  }
  Safetensors file = read_safetensors(in(folder, kOptimizerFile));
  check_belongs(file.metadata, kStateKey, text, state_path, kOptimizerFile);
  for (const auto& [name, tensor] : file.tensors) {
    if (name.starts_with(kStatisticsPrefix)) {
      training.statistics.emplace_back(name.substr(kStatisticsPrefix.size()), tensor);
    } else {
      training.optimizer.emplace_back(name, tensor);
    }
  }
  return training;
}

bool is_complete_checkpoint(const std::string& folder) {
  std::vector<const char*> files = model_files(folder);
  files.insert(files.end(), {kOptimizerFile, kStateFile});
  return std::ranges::all_of(
      files, [&](const char* file) { return fs::is_regular_file(in(folder, file)); });
}

void publish_model(const std::string& checkpoint, const std::string& folder) {
  check_is_model(checkpoint);
  check_replaceable(folder);
  text::StagedFolder staged(folder);
  for (const char* file : model_files(checkpoint)) {
    text::link_or_copy(in(checkpoint, file), in(staged.path(), file));
  }
  staged.commit();
}

}  // namespace nmt::checkpoint
