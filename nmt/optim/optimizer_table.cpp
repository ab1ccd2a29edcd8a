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

template <class T>
std::unique_ptr<Optimizer> make(const OptimizationConfig& config, ParallelFor parallel_for) {
  return std::make_unique<T>(config, std::move(parallel_for));
}

struct OptimizerRow {
  OptimizerKind kind;
  std::unique_ptr<Optimizer> (*make)(const OptimizationConfig& config, ParallelFor parallel_for);
};

// adam is AdamW when weight-decay is above 0; adamw differs by the default of weight-decay alone
// (nmt/config/dependent_defaults.h).
constexpr OptimizerRow kOptimizers[] = {
    {OptimizerKind::kAdam, make<Adam>}, {OptimizerKind::kAdamW, make<Adam>},
    {OptimizerKind::kSgd, make<Sgd>},   {OptimizerKind::kAdagrad, make<Adagrad>},
    {OptimizerKind::kLars, make<Lars>}, {OptimizerKind::kLamb, make<Lamb>},
    {OptimizerKind::kLion, make<Lion>},
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
