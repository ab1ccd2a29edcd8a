#include "nmt/train/final_average.h"

#include <algorithm>
#include <filesystem>
#include <span>

#include "data/text/error.h"
#include "data/text/staged_folder.h"
#include "nmt/model/average.h"

namespace nmt::train {
namespace {

// Of the attention temperature, up to `update`; 0 if there is none.
int64_t last_change(const config::TrainingConfig& config, int64_t update) {
  int64_t last = 0;
  for (const config::TemperatureChange& change : config.stability.attention_temperature_at) {
    if (change.update <= update) last = std::max(last, change.update);
  }
  return last;
}

}  // namespace

void report_average_to_come(const config::TrainingConfig& config, int64_t update,
                            RunReporter& reporter) {
  const config::ScheduleConfig& schedule = config.schedule;
  if (schedule.max_updates == 0 || schedule.save_every == 0 || schedule.average_last < 2) return;
  const int64_t before_last = (schedule.max_updates - 1) / schedule.save_every;
  const int64_t first = (before_last - (schedule.average_last - 2)) * schedule.save_every;
  const int64_t since = last_change(config, schedule.max_updates);
  if (since <= std::max(first, update)) return;
  reporter.event(
      "average",
      concatenate("the attention temperature changes at update ", since, ", among the last ",
                  schedule.average_last, " checkpoints: average/ will leave those before it out"),
      {{"since", since}});
}

std::vector<std::string> checkpoints_to_average(const config::TrainingConfig& config,
                                                int64_t update,
                                                const checkpoint::CheckpointSet& checkpoints,
                                                RunReporter& reporter) {
  const int64_t wanted = config.schedule.average_last;
  const int64_t since = last_change(config, update);
  const std::vector<checkpoint::CheckpointSet::Entry> all = checkpoints.all();
  const int64_t there = std::min<int64_t>(std::ssize(all), wanted);
  std::vector<std::string> folders;
  for (const auto& entry : std::span(all).last(there)) {
    if (entry.update >= since) folders.push_back(entry.folder);
  }
  const bool left_out = std::ssize(folders) < there;
  if (folders.size() < 2) folders.clear();
  if (!left_out) return folders;
  const std::string what = folders.empty() ? "there is no average/: "
                                           : concatenate("average/ is the mean of ", folders.size(),
                                                         " checkpoints in place of ", wanted, ": ");
  reporter.event(
      "average",
      concatenate(what, "those before update ", since, " have other attention temperatures"),
      {{"checkpoints", folders.size()}, {"since", since}});
  return folders;
}

void write_average(const config::TrainingConfig& config, const std::vector<std::string>& folders) {
  const std::string place = config.model_dir + "/average";
  if (!folders.empty()) {
    checkpoint::save_model(place, model::average(folders));
  } else if (config.schedule.average_last > 0 && std::filesystem::exists(place)) {
    text::remove_folder(place);
  }
}

}  // namespace nmt::train
