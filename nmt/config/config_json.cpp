#include "nmt/config/config_json.h"

#include <algorithm>
#include <vector>

#include "data/text/error.h"
#include "nmt/cli/nearest_name.h"
#include "nmt/config/config_table.h"

namespace nmt::config {
namespace {

using Json = nlohmann::ordered_json;

/// Keys that only JSON has: the sizes of the vocabularies, which no flag sets.
constexpr const char* kModelVocabSize = "vocab-size";
constexpr const char* kTrainingVocabSize = "model-vocab-size";
constexpr const char* kSourceVocabSize = "source-vocab-size";  // Only where there are two.

bool belongs(const ConfigKey& key, bool model_only) {
  return !is_momentary(key.member) && (!model_only || key.group == Group::kModel);
}

Json write(const TrainingConfig& config, bool model_only) {
  Json json = Json::object();
  for (const ConfigKey& key : config_table()) {
    if (belongs(key, model_only)) json[std::string(key.name)] = value_json(key.member, config);
  }
  json[model_only ? kModelVocabSize : kTrainingVocabSize] = config.model.vocab_size;
  if (config.model.source_vocab_size > 0) json[kSourceVocabSize] = config.model.source_vocab_size;
  return json;
}

void refuse_unknown_keys(const Json& json, const std::vector<std::string>& known,
                         const std::string& source) {
  for (const auto& [name, value] : json.items()) {
    if (std::ranges::find(known, name) == known.end()) {
      throw InputError(source, ": unknown key '", name, "'", cli::did_you_mean(name, known));
    }
  }
}

void read_key(const Json& json, const std::string& name, const Member& member, bool may_be_absent,
              TrainingConfig& config, const std::string& source) {
  const auto value = json.find(name);
  if (value == json.end()) {
    if (may_be_absent) return;
    throw InputError(source, ": key '", name, "' is missing");
  }
  try {
    assign_json(member, config, *value);
  } catch (const UsageError& error) {
    throw InputError(source, ": ", name, " ", error.what());
  }
}

TrainingConfig read(const Json& json, bool model_only, const std::string& source) {
  if (!json.is_object()) throw InputError(source, ": a configuration must be a JSON object");
  TrainingConfig config;
  std::vector<std::string> known;
  for (const ConfigKey& key : config_table()) {
    if (!belongs(key, model_only)) continue;
    known.emplace_back(key.name);
    read_key(json, known.back(), key.member, key.may_be_absent, config, source);
  }
  known.push_back(model_only ? kModelVocabSize : kTrainingVocabSize);
  read_key(json, known.back(), Integer{&ModelConfig::vocab_size, 0}, false, config, source);
  known.push_back(kSourceVocabSize);
  read_key(json, known.back(), Integer{&ModelConfig::source_vocab_size, 0}, true, config, source);
  refuse_unknown_keys(json, known, source);
  return config;
}

}  // namespace

Json to_json(const ModelConfig& config) {
  TrainingConfig whole;
  whole.model = config;
  return write(whole, /*model_only=*/true);
}

Json to_json(const TrainingConfig& config) {
  return write(config, /*model_only=*/false);
}

ModelConfig model_config_from_json(const Json& json, const std::string& source) {
  return read(json, /*model_only=*/true, source).model;
}

TrainingConfig training_config_from_json(const Json& json, const std::string& source) {
  return read(json, /*model_only=*/false, source);
}

}  // namespace nmt::config
