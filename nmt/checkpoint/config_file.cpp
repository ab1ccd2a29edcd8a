#include "nmt/checkpoint/config_file.h"

#include <nlohmann/json.hpp>

#include "data/text/error.h"
#include "nmt/config/config_json.h"

namespace nmt::checkpoint {
namespace {

using nlohmann::ordered_json;

constexpr const char* kFormat = "deepnmt-model";
constexpr int kVersion = 1;

const ordered_json& member(const ordered_json& json, const char* key, const std::string& path) {
  if (!json.contains(key)) throw InputError(path, ": the key '", key, "' is missing");
  return json[key];
}

void check_keys(const ordered_json& json, const std::string& path) {
  for (const auto& [key, value] : json.items()) {
    if (key != "format" && key != "version" && key != "folded" && key != "model") {
      throw InputError(path, ": unknown key '", key, "'; format, version, folded and model are ",
                       "allowed");
    }
  }
}

}  // namespace

std::string config_file_text(const config::ModelConfig& model, bool folded) {
  const ordered_json json = {{"format", kFormat},
                             {"version", kVersion},
                             {"folded", folded},
                             {"model", config::to_json(model)}};
  return json.dump(2) + "\n";
}

ConfigFile parse_config_file(const std::string& text, const std::string& path) {
  const ordered_json json = ordered_json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) {
    throw InputError(path, ": is not a JSON object; the file is damaged or something else");
  }
  const ordered_json& format = member(json, "format", path);
  if (format != kFormat) {
    throw InputError(path, ": format is ", format, ", must be \"", kFormat,
                     "\"; this is not a model folder of deepnmt");
  }
  const ordered_json& version = member(json, "version", path);
  if (version != kVersion) {
    throw InputError(path, ": format version ", version, " is unknown here, only ", kVersion,
                     " is; the model was written by another version of the program");
  }
  check_keys(json, path);
  const ordered_json& folded = member(json, "folded", path);
  if (!folded.is_boolean())
    throw InputError(path, ": folded is ", folded, ", must be true or false");
  const ordered_json& model = member(json, "model", path);
  if (!model.is_object()) throw InputError(path, ": model must be an object");
  return {.model = config::model_config_from_json(model, path), .folded = folded.get<bool>()};
}

}  // namespace nmt::checkpoint
