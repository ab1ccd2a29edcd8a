// The command line of nmt-train. Sources of values, weakest first: the defaults of the structs,
// configs/demo.conf if no training sets are given, the file of --config, flags. Some defaults
// depend on other keys (dependent_defaults.h).

#pragma once

#include <set>
#include <string>

#include "nmt/cli/flags.h"
#include "nmt/config/training_config.h"

namespace nmt::config {

struct TrainingCommand {
  TrainingConfig config;
  std::set<std::string> set_keys;  ///< Keys that the file or a flag set.
  bool demo = false;               ///< No training sets: the toy grammar under configs/demo.conf.
};

/// Reads and validates. Throws UsageError for anything wrong, InputError if the file of --config
/// cannot be read, cli::InformationRequest for --help, --version and --reference.
TrainingCommand parse_training_command(int argc, const char* const* argv);

/// What a resumed run does: `saved`, with those values of `command` that a resume may change
/// (config_table.h), and its model folder. Keys that the command does not set keep their saved
/// values. Throws UsageError, naming key and both values, if the command sets another key to
/// another value.
TrainingConfig resumed_config(const TrainingConfig& saved, const TrainingCommand& command);

/// What a run that branches off does: `saved`, with every value that `command` sets and that does
/// not decide shapes, data or their order. Throws UsageError as resumed_config does.
TrainingConfig branched_config(const TrainingConfig& saved, const TrainingCommand& command);

/// The flags of nmt-train, writing into `config`, which must outlive the set.
cli::FlagSet training_flags(TrainingConfig& config);

}  // namespace nmt::config
