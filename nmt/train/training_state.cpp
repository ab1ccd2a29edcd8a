#include "nmt/train/training_state.h"

#include <cmath>

#include "data/text/error.h"

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

}  // namespace

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
