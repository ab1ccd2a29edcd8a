#include "nmt/optim/lr_schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <stdexcept>

#include "data/text/error.h"
#include "nmt/config/enum_names.h"

namespace nmt::optim {
namespace {

using config::LrSchedule;
using config::OptimizationConfig;

// Each gives the rate of update u from the end of warm-up on: u >= w >= 1.
double inverse_sqrt(const OptimizationConfig& config, double u, double w) {
  return config.learning_rate * std::sqrt(w / u);
}

double constant(const OptimizationConfig& config, double /*u*/, double /*w*/) {
  return config.learning_rate;
}

// How much of the decay is left at update u: 1 to 0, which is reached behind its last update.
double left(const OptimizationConfig& config, double u, double w) {
  const double end = static_cast<double>(config.lr_decay_updates);
  if (end <= w) {
    throw UsageError("lr-schedule ", config::name_of(config.lr_schedule),
                     ": lr-decay-updates must be above warmup-updates, got ",
                     config.lr_decay_updates, " and ", config.warmup_updates);
  }
  return std::max(0.0, (end + 1.0 - u) / (end + 1.0 - w));
}

double between(const OptimizationConfig& config, double share_of_peak) {
  return config.final_learning_rate +
         (config.learning_rate - config.final_learning_rate) * share_of_peak;
}

double linear(const OptimizationConfig& config, double u, double w) {
  return between(config, left(config, u, w));
}

double cosine(const OptimizationConfig& config, double u, double w) {
  const double sine = std::sin(std::numbers::pi / 2.0 * left(config, u, w));
  return between(config, sine * sine);
}

double step(const OptimizationConfig& config, double u, double w) {
  const double steps = std::floor((u - w) / static_cast<double>(config.lr_decay_every));
  return config.learning_rate * std::pow(config.lr_decay_factor, steps);
}

// One row for each LrSchedule.
struct ScheduleRow {
  LrSchedule schedule;
  double (*rate)(const OptimizationConfig& config, double update, double warmup_updates);
};

constexpr ScheduleRow kSchedules[] = {
    {LrSchedule::kInverseSqrt, inverse_sqrt},
    {LrSchedule::kConstant, constant},
    {LrSchedule::kLinear, linear},
    {LrSchedule::kCosine, cosine},
    {LrSchedule::kStep, step},
    {LrSchedule::kPlateau, constant},
};

}  // namespace

double learning_rate(const OptimizationConfig& config, int64_t update) {
  const double u = static_cast<double>(update);
  const double w = static_cast<double>(std::max<int64_t>(config.warmup_updates, 1));
  for (const ScheduleRow& row : kSchedules) {
    if (config.lr_schedule != row.schedule) continue;
    return u < w ? config.learning_rate * (u / w) : row.rate(config, u, w);
  }
  throw std::logic_error("a schedule without a row in nmt/optim/lr_schedule.cpp");
}

}  // namespace nmt::optim
