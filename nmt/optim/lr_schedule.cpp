#include "nmt/optim/lr_schedule.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "data/text/error.h"

namespace nmt::optim {
namespace {

// Each gives the rate as a fraction of the peak, for update u and w >= 1 warm-up updates.
double inverse_sqrt(double u, double w) {
  return std::min(u / w, std::sqrt(w / u));
}

double constant(double u, double w) {
  return std::min(u / w, 1.0);
}

// One row for each name of nmt/config/optimizer_names.h.
struct Row {
  const char* name;
  double (*fraction_of_peak)(double update, double warmup_updates);
};

constexpr Row kRows[] = {
    {"inverse-sqrt", inverse_sqrt},
    {"constant", constant},
};

}  // namespace

double learning_rate(const config::OptimizationConfig& config, int64_t update) {
  for (const Row& row : kRows) {
    if (config.lr_schedule != row.name) continue;
    return config.learning_rate *
           row.fraction_of_peak(static_cast<double>(update),
                                static_cast<double>(std::max<int64_t>(config.warmup_updates, 1)));
  }
  std::string names;
  for (const Row& row : kRows) names += (names.empty() ? "" : ", ") + std::string(row.name);
  throw UsageError("lr-schedule: '", config.lr_schedule, "' is not among ", names);
}

}  // namespace nmt::optim
