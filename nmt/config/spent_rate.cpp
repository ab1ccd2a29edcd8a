#include "nmt/config/spent_rate.h"

#include <limits>
#include <string>
#include <vector>

#include "data/text/error.h"
#include "nmt/cli/nearest_name.h"
#include "nmt/config/config_table.h"
#include "nmt/config/enum_names.h"

namespace nmt::config {
namespace {

bool falls_to_zero(const OptimizationConfig& rate) {
  return falls_until_an_update(rate.lr_schedule) && rate.final_learning_rate == 0.0;
}

// Of a limit, 0 is none.
double limit(const ConfigKey& key, const TrainingConfig& config) {
  const double value = value_json(key.member, config).get<double>();
  return value == 0.0 ? std::numeric_limits<double>::infinity() : value;
}

// Whether `now` asks by `key` for more training than `saved`, or for another learning rate.
bool asks_for_more(const ConfigKey& key, const TrainingConfig& saved, const TrainingConfig& now) {
  if (key.group == Group::kLearningRate) {
    return value_text(key.member, saved) != value_text(key.member, now);
  }
  return key.group == Group::kLimits && key.name != "max-bad-updates" &&
         limit(key, now) > limit(key, saved);
}

// "--max-epochs 20 and --max-minutes 0".
std::string wishes(const TrainingConfig& saved, const TrainingConfig& now) {
  std::vector<std::string> flags;
  for (const ConfigKey& key : config_table()) {
    if (!asks_for_more(key, saved, now)) continue;
    flags.push_back(concatenate("--", key.name, " ", value_text(key.member, now)));
  }
  return cli::joined(flags, " and ");
}

[[noreturn]] void refuse(const OptimizationConfig& rate, const std::string& wish,
                         const std::string& place, const std::string& remedy) {
  throw UsageError("lr-schedule ", name_of(rate.lr_schedule), " comes to a learning rate of 0 at ",
                   "update ", rate.lr_decay_updates, ", so that ", wish,
                   " would learn nothing from ", place, " on; add --lr-decay-updates ", remedy,
                   ", which stretches the schedule");
}

}  // namespace

bool rate_is_spent(const OptimizationConfig& rate, int64_t update) {
  return falls_to_zero(rate) && update >= rate.lr_decay_updates;
}

void require_rate(const TrainingConfig& saved, const TrainingConfig& now, int64_t update) {
  const OptimizationConfig& rate = now.optimization;
  const int64_t updates = now.schedule.max_updates;
  if (!falls_to_zero(rate)) return;
  if (updates > rate.lr_decay_updates && updates != saved.schedule.max_updates) {
    const std::string number = std::to_string(updates);
    refuse(rate, "--max-updates " + number, "there", number);
  }
  const std::string wish = wishes(saved, now);
  if (wish.empty() || !rate_is_spent(rate, update)) return;
  refuse(rate, wish, concatenate("update ", update),
         updates > update ? std::to_string(updates) : concatenate("above ", update));
}

}  // namespace nmt::config
