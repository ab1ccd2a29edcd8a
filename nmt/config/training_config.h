// How a model is trained: data, optimizer, limits, logging. config_table.h names every key.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data/subword_kind.h"
#include "data/text/utf8.h"
#include "nmt/config/model_config.h"
#include "nmt/config/optimizer_kind.h"

namespace nmt::config {

enum class ValidMetric { kNll, kBleu };
/// What a run does when a rule of nmt/run_log/stability_monitor.h finds it unstable.
enum class UnstableAction { kGoOn, kLowerLearningRate, kStop };
/// Courses of the learning rate after warm-up; nmt/optim/lr_schedule.h has their formulas.
enum class LrSchedule { kInverseSqrt, kConstant, kLinear, kCosine, kStep, kPlateau };
/// Where to compute; kAuto takes a GPU if there is one.
enum class DeviceKind { kCpu, kCuda, kAuto };

/// Whether a schedule falls until a fixed update, lr-decay-updates.
inline bool falls_until_an_update(LrSchedule schedule) {
  return schedule == LrSchedule::kLinear || schedule == LrSchedule::kCosine;
}

/// Where sentence pairs come from and which are kept.
struct DataConfig {
  std::vector<std::string> train_sets;  ///< Source file, target file; empty: the toy grammar.
  std::vector<std::string> valid_sets;  ///< Source file, target file; may be empty.
  std::vector<std::string> vocab;  ///< One SentencePiece model, or source's and target's; empty:
                                   ///< trained on the train sets.
  int64_t vocab_size = 8000;       ///< Pieces, when a vocabulary is trained.
  data::SubwordModel subword = data::SubwordModel::kUnigram;
  data::Normalization normalization = data::Normalization::kNmtNfkc;
  bool byte_fallback = false;     ///< Characters without a piece are written as bytes.
  double subword_sampling = 0.0;  ///< α of SentencePiece sampling in training; 0: best pieces.
  int64_t max_length = 256;       ///< Pieces a side, `</s>` included; longer pairs are dropped.
  double max_length_ratio = 0.0;  ///< Longest side over shortest, in pieces; 0: no limit.
  text::InvalidUtf8 invalid_utf8 = text::InvalidUtf8::kFail;
  int64_t max_tokens = 4096;  ///< Of a micro-batch: rows × longest side; 0: auto, until settled.
  int64_t update_freq = 1;    ///< Micro-batches in an update.
};

/// Optimizer, schedule and loss.
struct OptimizationConfig {
  double learning_rate = 5e-4;  ///< The peak, reached at the end of warm-up.
  LrSchedule lr_schedule = LrSchedule::kInverseSqrt;
  int64_t warmup_updates = 4000;
  int64_t lr_decay_updates = 0;      ///< Where linear and cosine end; 0: dependent_defaults.h.
  double final_learning_rate = 0.0;  ///< What they end at.
  double lr_decay_factor = 0.5;      ///< Of step and plateau.
  int64_t lr_decay_every = 10000;    ///< Updates from one step to the next.
  int64_t lr_decay_patience = 3;     ///< Validations without a better nll: a plateau.
  OptimizerKind optimizer = OptimizerKind::kAdam;
  double adam_beta1 = 0.9;
  double adam_beta2 = 0.98;
  double adam_eps = 1e-9;
  double momentum = 0.9;             ///< Of sgd and lars.
  bool nesterov = false;             ///< Of sgd.
  double trust_coefficient = 0.001;  ///< Of lars.
  double weight_decay = 0.0;         ///< Decoupled; never on γ, biases and norms.
  double clip_norm = 1.0;            ///< Largest global gradient norm; 0: no clipping.
  double label_smoothing = 0.1;
  int64_t sigma_steps = 1;  ///< Power steps an update and matrix, of sigma and spectralnorm.
};

/// When training ends, and what happens on the way. 0 means no limit, or never.
struct ScheduleConfig {
  int64_t max_updates = 100000;
  int64_t max_epochs = 0;
  int64_t max_target_tokens = 0;  ///< Target pieces trained on, `</s>` included.
  double max_minutes = 0.0;       ///< Of the whole run, resumptions added up.
  int64_t log_every = 10;
  int64_t sharpness_every = 0;
  int64_t sharpness_tokens = 1024;    ///< Target pieces of the sample that it is measured on.
  int64_t sharpness_iterations = 30;  ///< At most so many Hessian products a search.
  int64_t validate_every = 1000;
  int64_t save_every = 1000;
  int64_t keep_last = 3;
  int64_t patience = 0;               ///< Validations without a better score before stopping.
  int64_t average_last = 0;           ///< At the end, write the mean of the last N checkpoints too.
  int64_t max_bad_updates = 10;       ///< Updates in a row with a non-finite loss before giving up.
  int64_t valid_bleu_segments = 500;  ///< Validation segments translated for BLEU; 0: none.
  int64_t valid_beam_size = 1;
  ValidMetric valid_metric = ValidMetric::kNll;  ///< Which decides what is best.
  bool tensorboard = false;                      ///< Write event files for TensorBoard.
};

/// What is measured of a run's stability, and what follows from it.
struct StabilityConfig {
  bool track_attention = true;    ///< Entropy of every head at every update.
  int64_t statistics_every = 50;  ///< Updates between records of stream and bounds.
  int64_t matrices_every = 200;   ///< Updates between records of matrices.
  UnstableAction on_collapse = UnstableAction::kGoOn;
  UnstableAction on_divergence = UnstableAction::kGoOn;
  std::vector<TemperatureChange> attention_temperature_at;  ///< Interventions.
};

/// How a call of the program is spread over processes. Nothing of it is kept with the run: it
/// changes no result.
struct LaunchConfig {
  int64_t processes = 0;     ///< To start on this machine; 0: the launcher's, or one.
  int64_t max_restarts = 0;  ///< After a failure, of the processes that this one starts.
  std::string rendezvous;    ///< HOST:PORT where processes meet; empty: as the launcher says.
  int64_t collective_timeout = 600;  ///< Seconds that processes wait for one another.
};

/// All settings of nmt-train.
struct TrainingConfig {
  ModelConfig model;
  DataConfig data;
  OptimizationConfig optimization;
  ScheduleConfig schedule;
  StabilityConfig stability;
  LaunchConfig launch;
  std::string model_dir = "model";
  std::string branch_from;  ///< Checkpoint, or model folder, of another run; empty: none.
  std::string init_from;    ///< Model that weights and vocabulary come from; empty: none.
  bool resume = false;
  bool overwrite = false;
  uint64_t seed = 1;
  int64_t threads = 0;  ///< 0: every core.
  DeviceKind device = DeviceKind::kAuto;
  layers::BackendKind backend = layers::BackendKind::kFused;
  bool recompute = false;  ///< Layers keep their input alone for the backward pass.
};

}  // namespace nmt::config
