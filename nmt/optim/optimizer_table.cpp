// The optimizers: one row for each config::OptimizerKind.

#include <stdexcept>

#include "nmt/optim/adagrad.h"
#include "nmt/optim/adam.h"
#include "nmt/optim/lamb.h"
#include "nmt/optim/lars.h"
#include "nmt/optim/lion.h"
#include "nmt/optim/optimizer.h"
#include "nmt/optim/sgd.h"

namespace nmt::optim {
namespace {

using config::OptimizationConfig;
using config::OptimizerKind;

std::unique_ptr<Optimizer> make_adam(const OptimizationConfig& config, ParallelFor parallel_for) {
  return std::make_unique<Adam>(AdamOptions{.beta1 = config.adam_beta1,
                                            .beta2 = config.adam_beta2,
                                            .eps = config.adam_eps,
                                            .weight_decay = config.weight_decay},
                                std::move(parallel_for));
}

std::unique_ptr<Optimizer> make_sgd(const OptimizationConfig& config, ParallelFor parallel_for) {
  return std::make_unique<Sgd>(SgdOptions{.momentum = config.momentum,
                                          .nesterov = config.nesterov,
                                          .weight_decay = config.weight_decay},
                               std::move(parallel_for));
}

std::unique_ptr<Optimizer> make_adagrad(const OptimizationConfig& config,
                                        ParallelFor parallel_for) {
  return std::make_unique<Adagrad>(
      AdagradOptions{.eps = config.adam_eps, .weight_decay = config.weight_decay},
      std::move(parallel_for));
}

std::unique_ptr<Optimizer> make_lars(const OptimizationConfig& config, ParallelFor parallel_for) {
  return std::make_unique<Lars>(LarsOptions{.momentum = config.momentum,
                                            .trust_coefficient = config.trust_coefficient,
                                            .weight_decay = config.weight_decay},
                                std::move(parallel_for));
}

std::unique_ptr<Optimizer> make_lamb(const OptimizationConfig& config, ParallelFor parallel_for) {
  return std::make_unique<Lamb>(LambOptions{.beta1 = config.adam_beta1,
                                            .beta2 = config.adam_beta2,
                                            .eps = config.adam_eps,
                                            .weight_decay = config.weight_decay},
                                std::move(parallel_for));
}

std::unique_ptr<Optimizer> make_lion(const OptimizationConfig& config, ParallelFor parallel_for) {
  return std::make_unique<Lion>(LionOptions{.beta1 = config.adam_beta1,
                                            .beta2 = config.adam_beta2,
                                            .weight_decay = config.weight_decay},
                                std::move(parallel_for));
}

struct OptimizerRow {
  OptimizerKind kind;
  std::unique_ptr<Optimizer> (*make)(const OptimizationConfig& config, ParallelFor parallel_for);
};

// adam is AdamW when weight-decay is above 0; adamw differs by the default of weight-decay alone
// (nmt/config/dependent_defaults.h).
constexpr OptimizerRow kOptimizers[] = {
    {OptimizerKind::kAdam, make_adam}, {OptimizerKind::kAdamW, make_adam},
    {OptimizerKind::kSgd, make_sgd},   {OptimizerKind::kAdagrad, make_adagrad},
    {OptimizerKind::kLars, make_lars}, {OptimizerKind::kLamb, make_lamb},
    {OptimizerKind::kLion, make_lion},
};

}  // namespace

std::unique_ptr<Optimizer> make_optimizer(const OptimizationConfig& config,
                                          ParallelFor parallel_for) {
  for (const OptimizerRow& row : kOptimizers) {
    if (config.optimizer == row.kind) return row.make(config, std::move(parallel_for));
  }
  throw std::logic_error("an optimizer without a row in nmt/optim/optimizer_table.cpp");
}

}  // namespace nmt::optim
