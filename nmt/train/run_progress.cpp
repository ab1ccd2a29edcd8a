#include "nmt/train/run_progress.h"

#include <algorithm>
#include <cmath>

#include "data/text/error.h"
#include "nmt/cli/progress_bar.h"

namespace nmt::train {
namespace {

nlohmann::json to_json(const run_log::ValidRecord& record) {
  return {{"update", record.update},
          {"loss", record.loss},
          {"nll", record.nll},
          {"bleu", record.bleu ? nlohmann::json(*record.bleu) : nlohmann::json(nullptr)}};
}

run_log::ValidRecord valid_record(const nlohmann::json& json) {
  run_log::ValidRecord record;
  record.update = json.at("update").get<int64_t>();
  record.loss = json.at("loss").get<double>();
  record.nll = json.at("nll").get<double>();
  record.perplexity = std::exp(record.nll);
  if (!json.at("bleu").is_null()) record.bleu = json.at("bleu").get<double>();
  record.best = true;
  return record;
}

nlohmann::json to_json(const optim::PlateauState& plateau) {
  return {
      {"best_nll", plateau.best_nll ? nlohmann::json(*plateau.best_nll) : nlohmann::json(nullptr)},
      {"bad_validations", plateau.bad_validations}};
}

optim::PlateauState plateau_state(const nlohmann::json& json) {
  optim::PlateauState plateau;
  if (!json.at("best_nll").is_null()) plateau.best_nll = json.at("best_nll").get<double>();
  plateau.bad_validations = json.at("bad_validations").get<int64_t>();
  return plateau;
}

bool is_better(const run_log::ValidRecord& record, const std::optional<run_log::ValidRecord>& best,
               config::ValidMetric metric) {
  if (!std::isfinite(record.nll)) return false;
  if (!best) return true;
  if (metric == config::ValidMetric::kBleu && (record.bleu || best->bleu)) {
    return record.bleu > best->bleu;  // None is less than any.
  }
  return record.nll < best->nll;
}

}  // namespace

void RunProgress::take(run_log::ValidRecord& record, config::ValidMetric metric) {
  validation_due = false;
  record.best = is_better(record, best, metric);
  bad_validations = record.best ? 0 : bad_validations + 1;
  if (record.best) best = record;
}

std::optional<double> done_fraction(const RunProgress& start, const RunProgress& now,
                                    double seconds, int64_t batches_in_epoch,
                                    const config::ScheduleConfig& limits) {
  const auto epochs = [&](const data::DataPosition& position) {
    return position.epoch +
           static_cast<double>(position.batch) / std::max<int64_t>(1, batches_in_epoch);
  };
  const auto real = [](int64_t count) { return static_cast<double>(count); };
  return cli::done_fraction(
      {{real(limits.max_updates), real(now.update), real(start.update)},
       {real(limits.max_epochs), epochs(now.position), epochs(start.position)},
       {real(limits.max_target_tokens), real(now.tokens), real(start.tokens)},
       {60 * limits.max_minutes, start.seconds + seconds, start.seconds}});
}

nlohmann::json to_json(const RunProgress& progress) {
  return {{"update", progress.update},
          {"epoch", progress.position.epoch},
          {"batch", progress.position.batch},
          {"tokens", progress.tokens},
          {"seconds", progress.seconds},
          {"bad_updates", progress.bad_updates},
          {"bad_validations", progress.bad_validations},
          {"validation_due", progress.validation_due},
          {"unstable", progress.unstable},
          {"best", progress.best ? to_json(*progress.best) : nlohmann::json(nullptr)},
          {"learning_rate_factor", progress.learning_rate_factor},
          {"plateau", to_json(progress.plateau)}};
}

RunProgress run_progress_from_json(const nlohmann::json& json, const std::string& source) {
  try {
    RunProgress progress;
    progress.update = json.at("update").get<int64_t>();
    progress.position.epoch = json.at("epoch").get<int64_t>();
    progress.position.batch = json.at("batch").get<int64_t>();
    progress.tokens = json.at("tokens").get<int64_t>();
    progress.seconds = json.at("seconds").get<double>();
    progress.bad_updates = json.at("bad_updates").get<int64_t>();
    progress.bad_validations = json.at("bad_validations").get<int64_t>();
    progress.validation_due = json.value("validation_due", false);
    progress.unstable = json.value("unstable", "");
    if (!json.at("best").is_null()) progress.best = valid_record(json.at("best"));
    progress.learning_rate_factor = json.value("learning_rate_factor", 1.0);
    if (json.contains("plateau")) progress.plateau = plateau_state(json.at("plateau"));
    return progress;
  } catch (const nlohmann::json::exception& error) {
    throw InputError(source, ": not the state of a training run: ", error.what());
  }
}

}  // namespace nmt::train
