// The optimizers: one row for each config::OptimizerKind.

#include <stdexcept>

#include "nmt/optim/elementwise_optimizer.h"
#include "nmt/optim/optimizer.h"

namespace nmt::optim {
namespace {

using config::OptimizationConfig;
using config::OptimizerKind;
using Made = std::unique_ptr<Optimizer>;

template <class Rule>
Made elementwise(const OptimizationConfig& config, ParallelFor parallel_for) {
  return std::make_unique<ElementwiseOptimizer>(element_rule<Rule>(), config,
                                                std::move(parallel_for));
}

Made sgd(const OptimizationConfig& config, ParallelFor parallel_for) {
  TORCH_CHECK(!config.nesterov || config.momentum > 0.0, "sgd: nesterov needs momentum above 0");
  return config.momentum == 0.0 ? elementwise<PlainSgd>(config, std::move(parallel_for))
                                : elementwise<MomentumSgd>(config, std::move(parallel_for));
}

struct OptimizerMaker {
  OptimizerKind kind;
  Made (*make)(const OptimizationConfig& config, ParallelFor parallel_for);
};

// adam is AdamW when weight-decay is above 0; adamw differs by the default of weight-decay alone
// (nmt/config/dependent_defaults.h).
constexpr OptimizerMaker kOptimizers[] = {
    {OptimizerKind::kAdam, elementwise<Adam>},
    {OptimizerKind::kAdamW, elementwise<Adam>},
    {OptimizerKind::kSgd, sgd},
    {OptimizerKind::kAdagrad, elementwise<Adagrad>},
    {OptimizerKind::kLars, elementwise<Lars>},
    {OptimizerKind::kLamb, elementwise<Lamb>},
    {OptimizerKind::kLion, elementwise<Lion>},
};

}  // namespace

std::unique_ptr<Optimizer> make_optimizer(const OptimizationConfig& config,
                                          ParallelFor parallel_for) {
  for (const OptimizerMaker& row : kOptimizers) {
    if (config.optimizer == row.kind) return row.make(config, std::move(parallel_for));
  }
  throw std::logic_error("an optimizer without a row in nmt/optim/optimizer_table.cpp");
}

}  // namespace nmt::optim
