#include "nmt/config/config_rules.h"

#include <algorithm>

#include "data/text/error.h"
#include "nmt/config/arch_name.h"
#include "nmt/config/enum_names.h"

namespace nmt::config {
namespace {

void require_sigma(const ModelConfig& config, bool is_set, const char* key) {
  if (!is_set || config.architecture.linear == layers::LinearKind::kSigma) return;
  throw UsageError(key, " is a key of sigma-Reparam, but ", to_string(config.architecture),
                   " does without; take an architecture with -sigma or leave the key out");
}

void require_spectral_norm(const ModelConfig& config) {
  if (config.sigma_groups == layers::SigmaGroups::kSeparate ||
      layers::has_spectral_norm(config.architecture.linear)) {
    return;
  }
  throw UsageError("sigma-groups says which matrices share a spectral norm, but ",
                   to_string(config.architecture),
                   " divides by none; take an architecture with -sigma or -spectralnorm, or leave "
                   "the key out");
}

void validate_data(const TrainingConfig& config) {
  const DataConfig& data = config.data;
  if (data.train_sets.empty() && !data.valid_sets.empty()) {
    throw UsageError("valid-sets without train-sets: give both, or none for the toy grammar");
  }
  if (data.max_length > config.model.max_positions) {
    throw UsageError("max-length must be at most max-positions, got ", data.max_length, " and ",
                     config.model.max_positions);
  }
  if (data.max_tokens > 0 && data.max_tokens < data.max_length) {
    throw UsageError(
        "max-tokens must be at least max-length, so that the longest pair fits into a "
        "micro-batch, got ",
        data.max_tokens, " and ", data.max_length);
  }
  if (data.max_length_ratio > 0.0 && data.max_length_ratio < 1.0) {
    throw UsageError("max-length-ratio must be 0 or at least 1, got ", data.max_length_ratio);
  }
  if (data.vocab.size() == 2 && config.model.tie_embeddings == layers::EmbeddingTie::kThreeWay) {
    throw UsageError(
        "tie-embeddings three-way is one matrix for source and target, which have a vocabulary "
        "each: leave tie-embeddings out, or set it to two-way or none; or give vocab one model for "
        "both");
  }
}

bool validates(const TrainingConfig& config) {
  return (config.data.train_sets.empty() || !config.data.valid_sets.empty()) &&
         config.schedule.validate_every > 0;
}

void require_decay_end(const TrainingConfig& config) {
  const OptimizationConfig& rate = config.optimization;
  if (!falls_until_an_update(rate.lr_schedule)) {
    if (rate.lr_decay_updates == 0 && rate.final_learning_rate == 0.0) return;
    throw UsageError(rate.lr_decay_updates > 0 ? "lr-decay-updates" : "final-learning-rate",
                     " is a key of lr-schedule linear and cosine, but lr-schedule is ",
                     name_of(rate.lr_schedule), "; choose one of them or leave the key out");
  }
  if (rate.lr_decay_updates == 0) {
    throw UsageError("lr-schedule ", name_of(rate.lr_schedule),
                     " must know where it ends: give lr-decay-updates, or max-updates above 0");
  }
  if (rate.lr_decay_updates <= rate.warmup_updates) {
    throw UsageError(
        "lr-decay-updates (or else max-updates) must be above warmup-updates with "
        "lr-schedule ",
        name_of(rate.lr_schedule), ", got ", rate.lr_decay_updates, " and ", rate.warmup_updates,
        "; lower warmup-updates or train for longer");
  }
  if (rate.final_learning_rate > rate.learning_rate) {
    throw UsageError("final-learning-rate must be at most learning-rate, got ",
                     rate.final_learning_rate, " and ", rate.learning_rate);
  }
}

void validate_optimization(const TrainingConfig& config) {
  require_decay_end(config);
  const OptimizationConfig& optimization = config.optimization;
  if (optimization.lr_schedule == LrSchedule::kPlateau && !validates(config)) {
    throw UsageError(
        "lr-schedule plateau needs validations: give valid-sets, and validate-every above 0");
  }
  if (optimization.nesterov &&
      (optimization.optimizer != OptimizerKind::kSgd || optimization.momentum == 0.0)) {
    throw UsageError(
        "nesterov is a form of momentum: it needs optimizer sgd and momentum above 0, "
        "got ",
        name_of(optimization.optimizer), " and ", optimization.momentum);
  }
}

void validate_schedule(const TrainingConfig& config) {
  const ScheduleConfig& schedule = config.schedule;
  if (schedule.average_last > schedule.keep_last) {
    throw UsageError("average-last must be at most keep-last, got ", schedule.average_last, " and ",
                     schedule.keep_last);
  }
  if (schedule.valid_metric == ValidMetric::kBleu && schedule.valid_bleu_segments == 0) {
    throw UsageError("valid-metric bleu needs valid-bleu-segments above 0");
  }
  if (schedule.patience > 0 && !validates(config)) {
    throw UsageError("patience ", schedule.patience,
                     " needs validations: give valid-sets, and validate-every above 0");
  }
}

void validate_layers(const ModelConfig& config, const AttentionTemperature& setting) {
  const Architecture& arch = config.architecture;
  const bool encoder = setting.kind == layers::AttentionKind::kEncoderSelf;
  const int64_t depth = setting.kind ? (encoder ? arch.encoder_layers : arch.decoder_layers)
                                     : std::max(arch.encoder_layers, arch.decoder_layers);
  const int64_t last = setting.last_layer.value_or(setting.first_layer);
  if (last > depth) {
    throw UsageError("attention temperature: layer ", last, " of ", to_string(arch), ", which has ",
                     depth);
  }
}

void validate_stability(const TrainingConfig& config) {
  const StabilityConfig& stability = config.stability;
  for (const TemperatureChange& change : stability.attention_temperature_at) {
    validate_layers(config.model, change.setting);
  }
  if (stability.on_collapse != UnstableAction::kGoOn && !stability.track_attention) {
    throw UsageError("on-collapse ", name_of(stability.on_collapse),
                     " needs attention entropy: leave track-attention at true");
  }
}

}  // namespace

void validate(const ModelConfig& config) {
  const std::string reason = objection(config.architecture);
  if (!reason.empty()) {
    throw UsageError("arch must not be '", to_string(config.architecture), "': ", reason);
  }
  for (const AttentionTemperature& setting : config.attention_temperature) {
    validate_layers(config, setting);
  }
  if (config.d_model % config.heads != 0) {
    throw UsageError("d-model must be a multiple of heads, got ", config.d_model, " and ",
                     config.heads);
  }
  if (config.positions == layers::PositionKind::kSinusoidal && config.d_model % 2 != 0) {
    throw UsageError("d-model must be even for sinusoidal positions, got ", config.d_model);
  }
  require_sigma(config, config.gamma_init.has_value(), "gamma-init");
  require_spectral_norm(config);
  require_sigma(config, config.sigma_embeddings, "sigma-embeddings");
}

void validate(const TrainingConfig& config) {
  validate(config.model);
  validate_data(config);
  validate_optimization(config);
  validate_schedule(config);
  validate_stability(config);
}

void validate_call(const TrainingConfig& config) {
  if (config.resume && config.overwrite) {
    throw UsageError("--resume goes on with a run and --overwrite deletes it: give one of them");
  }
  if (!config.branch_from.empty() && !config.init_from.empty()) {
    throw UsageError(
        "--branch-from goes on with a run and --init-from begins one with its weights: give one of "
        "them");
  }
  if (config.model_dir.empty()) throw UsageError("model-dir must name a folder");
  if (config.launch.max_restarts > 0 && config.launch.processes < 2) {
    throw UsageError(
        "--max-restarts restarts the processes that --processes starts: give --processes 2 or more "
        "with it, or let the launcher restart them");
  }
}

}  // namespace nmt::config
