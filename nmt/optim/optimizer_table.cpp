// The optimizers by name: one row for each name of nmt/config/optimizer_names.h.

#include "data/text/error.h"
#include "nmt/optim/adam.h"
#include "nmt/optim/optimizer.h"

namespace nmt::optim {
namespace {

std::unique_ptr<Optimizer> make_adam(const config::OptimizationConfig& config,
                                     ParallelFor parallel_for) {
  return std::make_unique<Adam>(AdamOptions{.beta1 = config.adam_beta1,
                                            .beta2 = config.adam_beta2,
                                            .eps = config.adam_eps,
                                            .weight_decay = config.weight_decay},
                                std::move(parallel_for));
}

struct Row {
  const char* name;
  std::unique_ptr<Optimizer> (*make)(const config::OptimizationConfig& config,
                                     ParallelFor parallel_for);
};

// adam is AdamW when weight-decay is above 0.
constexpr Row kRows[] = {
    {"adam", make_adam},
};

}  // namespace

std::unique_ptr<Optimizer> make_optimizer(const config::OptimizationConfig& config,
                                          ParallelFor parallel_for) {
  for (const Row& row : kRows) {
    if (config.optimizer == row.name) return row.make(config, std::move(parallel_for));
  }
  std::string names;
  for (const Row& row : kRows) names += (names.empty() ? "" : ", ") + std::string(row.name);
  throw UsageError("optimizer: '", config.optimizer, "' is not among ", names);
}

}  // namespace nmt::optim
