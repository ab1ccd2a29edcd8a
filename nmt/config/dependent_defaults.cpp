#include "nmt/config/dependent_defaults.h"

namespace nmt::config {

void complete_defaults(TrainingConfig& config, const std::set<std::string>& set_keys) {
  if (config.optimization.optimizer == OptimizerKind::kAdamW &&
      !set_keys.contains("weight-decay")) {
    config.optimization.weight_decay = 0.01;
  }
  layers::EmbeddingTie& tie = config.model.tie_embeddings;
  if (config.data.vocab.size() == 2 && tie == layers::EmbeddingTie::kThreeWay &&
      !set_keys.contains("tie-embeddings")) {
    tie = layers::EmbeddingTie::kTwoWay;
  }
  complete_decay_end(config, set_keys);
}

void complete_decay_end(TrainingConfig& config, const std::set<std::string>& set_keys) {
  OptimizationConfig& rate = config.optimization;
  if (falls_until_an_update(rate.lr_schedule)) {
    if (rate.lr_decay_updates == 0) rate.lr_decay_updates = config.schedule.max_updates;
    return;
  }
  if (!set_keys.contains("lr-decay-updates")) rate.lr_decay_updates = 0;
  if (!set_keys.contains("final-learning-rate")) rate.final_learning_rate = 0.0;
}

}  // namespace nmt::config
