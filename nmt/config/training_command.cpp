#include "nmt/config/training_command.h"

#include <filesystem>
#include <functional>
#include <vector>

#include "data/text/error.h"
#include "nmt/cli/nearest_name.h"
#include "nmt/cli/program.h"
#include "nmt/config/config_rules.h"
#include "nmt/config/config_table.h"
#include "nmt/config/demo_config.h"
#include "nmt/config/dependent_defaults.h"
#include "nmt/config/reference.h"
#include "nmt/config/spent_rate.h"

namespace nmt::config {
namespace {

namespace fs = std::filesystem;

cli::Flag flag_of(const ConfigKey& key, TrainingConfig& config) {
  const Member& member = key.member;
  const Shape said = shape(member);
  std::string default_text = said.values == 0 ? "" : value_text(member, config);
  if (!default_text.empty() && !key.unit.empty()) default_text += concatenate(" ", key.unit);
  return {.name = std::string(key.name),
          .placeholder = said.placeholder,
          .help = std::string(key.sentence),
          .default_text = default_text,
          .values = said.values,
          .optional_values = said.optional_values,
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

// A run may be resumed from another folder than it began in. A symbolic link before a ".." may lead
// elsewhere than the text of the path says; such a path stays as it is.
void make_absolute(std::string& path) {
  if (path.empty() || path == "-") return;
  const fs::path absolute = fs::absolute(path);
  fs::path normal = absolute.lexically_normal();
  if (!normal.has_filename() && normal.has_relative_path()) normal = normal.parent_path();
  std::error_code error;
  const bool same = !fs::exists(absolute, error) || fs::equivalent(absolute, normal, error);
  path = (same ? normal : absolute).string();
}

// `base` with the keys that `command` sets.
TrainingConfig overlaid(TrainingConfig base, const TrainingCommand& command) {
  for (const std::string& name : command.set_keys) {
    const ConfigKey* key = find_key(name);
    if (key == nullptr || is_momentary(key->member)) continue;
    assign_json(key->member, base, value_json(key->member, command.config));
  }
  base.model_dir = command.config.model_dir;
  return base;
}

// The same, if each key that `command` sets to another value is one that `may_change`. Throws
// UsageError, beginning with `refusal`, otherwise.
TrainingConfig changed(const TrainingConfig& base, const TrainingCommand& command,
                       const std::string& refusal,
                       const std::function<bool(const ConfigKey&)>& may_change) {
  TrainingConfig before = base;
  make_paths_absolute(before);  // Older programs wrote other names of the same files.
  std::vector<std::string> refused;
  for (const ConfigDifference& difference : differences(before, command.config)) {
    if (!command.set_keys.contains(difference.key)) continue;
    if (may_change(*find_key(difference.key))) continue;
    refused.push_back(
        concatenate(difference.key, " (was ", difference.saved, ", now ", difference.now, ")"));
  }
  if (!refused.empty()) throw UsageError(refusal, cli::joined(refused));
  return overlaid(base, command);
}

// Of `command`, `name` counts as not given.
TrainingCommand without(TrainingCommand command, const std::string& name) {
  command.set_keys.erase(name);
  return command;
}

// A length-bound of auto asks for the one that the run settled by its data.
TrainingCommand with_settled_bound(const TrainingCommand& command) {
  return command.config.model.length_bound ? command : without(command, "length-bound");
}

// A max-tokens of auto asks for what the run settled by the machine's memory.
TrainingCommand with_settled_tokens(const TrainingCommand& command) {
  return command.config.data.max_tokens > 0 ? command : without(command, "max-tokens");
}

// An lr-decay-updates of 0 asks for the end that the schedule has.
TrainingCommand with_settled_decay_end(const TrainingCommand& command) {
  return command.config.optimization.lr_decay_updates > 0 ? command
                                                          : without(command, "lr-decay-updates");
}

// The defaults that a new run of `command` begins with.
TrainingConfig defaults_of(const TrainingCommand& command) {
  TrainingConfig config;
  if (is_demo(command)) {
    training_flags(config).apply_defaults(std::string(demo_config()), "configs/demo.conf");
  }
  return config;
}

TrainingConfig judged(TrainingConfig config) {
  validate(config);
  return config;
}

// `config`, what `command` makes of `saved`, for a run that goes on from `update`.
TrainingConfig going_on(const TrainingConfig& saved, TrainingConfig config,
                        const TrainingCommand& command, int64_t update) {
  complete_decay_end(config, command.set_keys);
  validate(config);
  require_rate(saved, config, update);
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
  make_paths_absolute(command.config);
  validate_call(command.config);
  return command;
}

void make_paths_absolute(TrainingConfig& config) {
  for (auto* paths : {&config.data.train_sets, &config.data.valid_sets, &config.data.vocab}) {
    for (std::string& path : *paths) make_absolute(path);
  }
  make_absolute(config.branch_from);
  make_absolute(config.init_from);
}

bool is_demo(const TrainingCommand& command) {
  return command.config.data.train_sets.empty();
}

TrainingConfig new_config(const TrainingCommand& command) {
  TrainingConfig config = overlaid(defaults_of(command), command);
  complete_defaults(config, command.set_keys);
  return judged(config);
}

TrainingConfig initialized_config(const ModelConfig& model, const TrainingCommand& command) {
  TrainingConfig base = defaults_of(command);
  base.model = model;
  base.model.length_bound.reset();  // It comes from the text, not with the weights.
  TrainingConfig config =
      changed(base, command,
              concatenate("--init-from takes the weights of ", command.config.init_from,
                          " as they are, and so cannot change "),
              [](const ConfigKey& key) {
                return key.group != Group::kModel || key.on_resume != OnResume::kFixed;
              });
  complete_defaults(config, command.set_keys);
  return judged(config);
}

TrainingConfig resumed_config(const TrainingConfig& saved, const TrainingCommand& command,
                              int64_t update) {
  const TrainingCommand asked =
      with_settled_tokens(with_settled_bound(with_settled_decay_end(command)));
  TrainingConfig config = changed(
      saved, asked, "--resume goes on with the same run, and so cannot change ",
      [](const ConfigKey& key) {
        return key.on_resume == OnResume::kMayChange || key.on_resume == OnResume::kPathMayChange;
      });
  config.resume = true;
  return going_on(saved, config, asked, update);
}

TrainingConfig branched_config(const TrainingConfig& saved, const TrainingCommand& command,
                               int64_t update) {
  const TrainingCommand asked = with_settled_tokens(with_settled_decay_end(command));
  TrainingConfig config =
      changed(saved, asked,
              "--branch-from goes on with the weights, the data and the optimizer of the other "
              "run, and so cannot change ",
              [](const ConfigKey& key) { return key.on_resume != OnResume::kFixed; });
  config.init_from = "";
  return going_on(saved, config, asked, update);
}

}  // namespace nmt::config
