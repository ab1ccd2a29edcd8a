// The table of configuration keys: THE place for a new key. Flags, configuration files, help, JSON,
// the printed reference and the check of a resumed run all read its rows; a default stands once, as
// the initial value of the struct member that the row points to.
//
// Adding a key: one member in model_config.h or training_config.h, one row in config_table.cpp.

#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "nmt/config/config_member.h"

namespace nmt::config {

enum class Group {
  kModel,
  kData,
  kLearningRate,
  kOptimization,
  kLimits,
  kValidation,
  kStability,
  kRun,
  kProcesses
};

/// As a heading: "Model".
std::string_view title(Group group);

/// What of a value may change when a run goes on.
enum class OnResume {
  kFixed,          ///< Nothing.
  kPathMayChange,  ///< Where it lies, with --resume and --branch-from; what lies there is checked.
  kBranchMayChange,  ///< With --branch-from.
  kMayChange         ///< With --resume and --branch-from.
};

/// One key.
struct ConfigKey {
  std::string_view name;  ///< Lower-case words joined by dashes.
  Group group;
  Member member;          ///< Type, range and place of the value.
  std::string_view unit;  ///< "updates", "pieces", ...; empty if the value has none.
  std::string_view sentence;
  OnResume on_resume = OnResume::kFixed;
  bool may_be_absent = false;  ///< In saved JSON; the default then: earlier versions lack it.
};

/// Every key, grouped, in the order in which help prints them.
std::span<const ConfigKey> config_table();

/// The row of `name`, or null.
const ConfigKey* find_key(std::string_view name);

/// One key on which two configurations differ, values as text.
struct ConfigDifference {
  std::string key;
  std::string saved;
  std::string now;
};

/// The keys on which `saved` and `now` differ, in table order.
std::vector<ConfigDifference> differences(const TrainingConfig& saved, const TrainingConfig& now);

}  // namespace nmt::config
