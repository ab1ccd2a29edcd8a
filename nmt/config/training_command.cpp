#include "nmt/config/training_command.h"

#include <vector>

#include "data/text/error.h"
#include "nmt/cli/nearest_name.h"
#include "nmt/cli/program.h"
#include "nmt/config/config_table.h"
#include "nmt/config/demo_config.h"
#include "nmt/config/dependent_defaults.h"
#include "nmt/config/reference.h"
#include "nmt/config/validate.h"

namespace nmt::config {
namespace {

cli::Flag flag_of(const ConfigKey& key, TrainingConfig& config) {
  const Member& member = key.member;
  std::string default_text = is_momentary(member) ? "" : value_text(member, config);
  if (!default_text.empty() && !key.unit.empty()) default_text += concatenate(" ", key.unit);
  return {.name = std::string(key.name),
          .placeholder = placeholder(member),
          .help = std::string(key.sentence),
          .default_text = default_text,
          .values = value_count(member),
          .optional_values = optional_value_count(member),
          .assign = [&member, &config](const std::vector<std::string>& values) {
            assign(member, config, values);
          }};
}

cli::Flag reference_flag() {
  return {.name = "reference",
          .help = "prints all keys as the Markdown page configs/README.md",
          .values = 0,
          .assign = [](const std::vector<std::string>&) {
            throw cli::InformationRequest{print_reference()};
          }};
}

// `saved` with the keys that `command` sets. Throws UsageError, beginning with `refusal`, if one
// differs that may not.
TrainingConfig with_changes(const TrainingConfig& saved, const TrainingCommand& command,
                            const char* refusal, bool ConfigDifference::*may_change) {
  TrainingConfig config = saved;
  std::vector<std::string> refused;
  for (const ConfigDifference& difference : differences(saved, command.config)) {
    if (!command.set_keys.contains(difference.key)) continue;
    if (difference.*may_change) {
      const Member& member = find_key(difference.key)->member;
      assign_json(member, config, value_json(member, command.config));
    } else {
      refused.push_back(
          concatenate(difference.key, " (was ", difference.saved, ", now ", difference.now, ")"));
    }
  }
  if (!refused.empty()) throw UsageError(refusal, cli::joined(refused));
  return config;
}

}  // namespace

cli::FlagSet training_flags(TrainingConfig& config) {
  cli::FlagSet set("nmt-train", "Trains a Transformer for translation.");
  set.example(
      "  nmt-train --arch postln-sigma-18L             built-in toy grammar, configs/demo.conf\n"
      "  nmt-train --arch preln-6L --train-sets train.en train.de --valid-sets dev.en dev.de\n"
      "  nmt-train --config run.conf --model-dir runs/1 --resume");
  const Group* group = nullptr;
  for (const ConfigKey& key : config_table()) {
    if (group == nullptr || *group != key.group) set.group(std::string(title(key.group)));
    group = &key.group;
    set.add(flag_of(key, config));
  }
  set.add(reference_flag());
  set.config_file();
  return set;
}

TrainingCommand parse_training_command(int argc, const char* const* argv) {
  TrainingCommand command;
  cli::FlagSet set = training_flags(command.config);
  set.parse(argc, argv);
  command.set_keys = set.set_names();
  command.demo = command.config.data.train_sets.empty();
  if (command.demo) set.apply_defaults(std::string(demo_config()), "configs/demo.conf");
  complete_defaults(command.config, command.set_keys);
  validate(command.config);
  return command;
}

TrainingConfig resumed_config(const TrainingConfig& saved, const TrainingCommand& command) {
  TrainingConfig config = with_changes(saved, command,
                                       "--resume may change only limits, logging "
                                       "and threads, not ",
                                       &ConfigDifference::may_change);
  config.model_dir = command.config.model_dir;
  config.resume = true;
  config.overwrite = false;
  validate(config);
  return config;
}

TrainingConfig branched_config(const TrainingConfig& saved, const TrainingCommand& command) {
  TrainingConfig config = with_changes(
      saved, command,
      "--branch-from goes on with the weights, the data and the optimizer of the other "
      "run, and so cannot change ",
      &ConfigDifference::may_change_on_branch);
  config.model_dir = command.config.model_dir;
  config.branch_from = command.config.branch_from;
  config.resume = false;
  config.overwrite = false;
  complete_decay_end(config, command.set_keys);
  validate(config);
  return config;
}

}  // namespace nmt::config
