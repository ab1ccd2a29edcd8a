// What is in a checkpoint. A checkpoint is a model folder plus what training needs to go on:
//
//     model.safetensors       every tensor of the model, by its name in the module tree
//     config.json             format version, the model's structure and sizes, whether it is folded
//     spm.model               the SentencePiece vocabulary, or, where source and target have one
//                             each, source.spm.model and target.spm.model
//     optimizer.safetensors   what optimizer and statistics   } not in a model folder
//                             need to go on                   }
//     state.json              position, counters, versions    }
//
// README.md beside this file has the layout in full.

#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "nmt/checkpoint/named_tensors.h"
#include "nmt/config/model_config.h"

namespace nmt::checkpoint {

inline constexpr const char* kModelFile = "model.safetensors";
inline constexpr const char* kConfigFile = "config.json";
inline constexpr const char* kVocabularyFile = "spm.model";
inline constexpr const char* kSourceVocabularyFile = "source.spm.model";
inline constexpr const char* kTargetVocabularyFile = "target.spm.model";
inline constexpr const char* kOptimizerFile = "optimizer.safetensors";
inline constexpr const char* kStateFile = "state.json";

/// The SentencePiece models of a model folder, as bytes.
struct VocabularyBytes {
  std::string target;  ///< spm.model, or target.spm.model.
  std::string source;  ///< source.spm.model; empty: spm.model is for both sides.

  VocabularyBytes() = default;
  /// One for both sides.
  VocabularyBytes(std::string both) : target(std::move(both)) {}
  VocabularyBytes(std::string source_bytes, std::string target_bytes)
      : target(std::move(target_bytes)), source(std::move(source_bytes)) {}

  bool shared() const { return source.empty(); }
  bool operator==(const VocabularyBytes&) const = default;
};

/// All that translating needs.
struct ModelFolder {
  config::ModelConfig config;
  NamedTensors tensors;
  VocabularyBytes vocabulary;
  bool folded = false;  ///< Whether the weights are Ŵ; γ, v and g are gone then (nmt/model/fold.h).
};

/// The configuration to build the module with that `model.tensors` fill: `model.config`, with plain
/// linears if the model is folded.
config::ModelConfig module_config(const ModelFolder& model);

/// All that resuming needs besides the model.
struct TrainingState {
  NamedTensors optimizer;
  NamedTensors statistics = {};  ///< What later records depend on; in the optimizer's file, too.
  nlohmann::json state;          ///< An object; what is in it is the trainer's business.
};

/// Writes `folder` so that a kill at any instant leaves what was there before, or the new model
/// whole. Throws InputError (not writable, disk full, or the folder holds files that are not part
/// of a model and would be lost); what was there before is whole then.
void save_model(const std::string& folder, const ModelFolder& model);

/// Reads a model folder, checkpoint or not. Throws InputError, which names the file and what is
/// wrong with it: missing, truncated, corrupted, foreign, of another format version, or a
/// vocabulary that is not the one the model was saved with.
ModelFolder load_model(const std::string& folder);

/// save_model, with the training state in the same folder.
void save_checkpoint(const std::string& folder, const ModelFolder& model,
                     const TrainingState& training);

/// Reads the training state of a checkpoint. Throws InputError as load_model does.
TrainingState load_training_state(const std::string& folder);

/// Whether `folder` has every file of a checkpoint. Their content is not read.
bool is_complete_checkpoint(const std::string& folder);

/// Makes `folder` a model folder with the model of `checkpoint`, without writing the data again
/// where the file system has hard links. Replaces what was there so that a kill at any instant
/// leaves the old or the new. Throws InputError.
void publish_model(const std::string& checkpoint, const std::string& folder);

}  // namespace nmt::checkpoint
