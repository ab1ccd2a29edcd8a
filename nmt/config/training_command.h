// The command line of nmt-train, and what a run does with it. Sources of values, weakest first:
//
//     a new run          defaults of the structs, configs/demo.conf if no training sets are given
//     --init-from        the same, and the source model's keys of the group Model
//     --resume           the run's own settings
//     --branch-from      the other run's settings
//
// then the file of --config, then flags. How keys fit together (dependent_defaults.h,
// config_rules.h) is judged on what comes out of this, never on the command line alone.

#pragma once

#include <cstdint>
#include <set>
#include <string>

#include "nmt/cli/flags.h"
#include "nmt/config/training_config.h"

namespace nmt::config {

/// What the command line and the file of --config say. Paths are absolute and normal.
struct TrainingCommand {
  TrainingConfig config;           ///< Over the defaults of the structs.
  std::set<std::string> set_keys;  ///< Keys that the file or a flag set.
};

/// Reads the command line; each value is within its range. Throws UsageError for what is wrong
/// with it, whatever run it is for; InputError if the file of --config cannot be read,
/// cli::InformationRequest for --help, --version and --reference.
TrainingCommand parse_training_command(int argc, const char* const* argv);

/// Makes the paths of text, vocabularies and other runs absolute and normal ("./b/../a" is "a"), so
/// that the same file has the same name.
void make_paths_absolute(TrainingConfig& config);

/// Whether a new run of `command` is the demo: the toy grammar under configs/demo.conf.
bool is_demo(const TrainingCommand& command);

/// What a new run does. Throws UsageError if keys do not fit together.
TrainingConfig new_config(const TrainingCommand& command);

/// What a new run does that takes the weights of `model`. Throws UsageError as new_config does, and
/// if the command asks for another shape, naming key and both values.
TrainingConfig initialized_config(const ModelConfig& model, const TrainingCommand& command);

/// What a run does that is resumed behind `update`: `saved`, with those values of `command` that a
/// resume may change (config_table.h), and its model folder. What the run settled when it began
/// stays where the command leaves that to it: length-bound auto, lr-decay-updates 0. Throws
/// UsageError as new_config does; if the command sets another key to another value, naming key and
/// both values; and if it asks for updates that would learn nothing (spent_rate.h).
TrainingConfig resumed_config(const TrainingConfig& saved, const TrainingCommand& command,
                              int64_t update);

/// What a run does that branches off behind `update`: `saved`, with every value that `command` sets
/// and that does not decide shapes, data or their order; lr-decay-updates 0 is none. Throws
/// UsageError as resumed_config does.
TrainingConfig branched_config(const TrainingConfig& saved, const TrainingCommand& command,
                               int64_t update);

/// The flags of nmt-train, writing into `config`, which must outlive the set.
cli::FlagSet training_flags(TrainingConfig& config);

}  // namespace nmt::config
