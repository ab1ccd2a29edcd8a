// config.json of a model folder:
//
//     {"format": "deepnmt-model", "version": 1, "folded": false, "model": {"arch": ..., ...}}
//
// "model" has the keys of the configuration (nmt/config/config_json.h), all of them.

#pragma once

#include <string>

#include "nmt/config/model_config.h"

namespace nmt::checkpoint {

struct ConfigFile {
  config::ModelConfig model;
  bool folded = false;
};

/// The text of a config.json.
std::string config_file_text(const config::ModelConfig& model, bool folded);

/// Parses `text`, read from `path` (for messages). Throws InputError, which names the file and the
/// key that is missing, unknown or has a value that is not allowed.
ConfigFile parse_config_file(const std::string& text, const std::string& path);

}  // namespace nmt::checkpoint
