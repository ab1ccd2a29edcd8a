// Cell: one run of a study, an architecture with a learning rate and a seed.

#pragma once

#include <set>
#include <string>
#include <vector>

#include "nmt/config/training_config.h"
#include "nmt/sweep/study.h"

namespace nmt::sweep {

struct Cell {
  std::string architecture;            ///< "postln-sigma-18L".
  std::string learning_rate;           ///< "0.002"; empty: inherited.
  std::string seed;                    ///< "1"; empty: inherited.
  std::string folder;                  ///< Below the folder of all runs: "preln-6L/lr0.002-seed1".
  std::vector<std::string> arguments;  ///< Of nmt-train, without folder and --resume.
  /// What nmt-train makes of the arguments; threads above 0. Of a run that takes settings from
  /// another one (branch-from, init-from) only what the arguments set: nmt-train reads the rest.
  config::TrainingConfig config;
  std::set<std::string> set_keys;  ///< Keys that the arguments set.

  /// Whether `config` lacks the settings that another run or model gives.
  bool inherits() const { return !config.branch_from.empty() || !config.init_from.empty(); }
};

/// The cells of `study`: by depth, then variant, learning rate, seed. Without learning rates
/// nmt-train's own counts, without seeds 1, and of a run that inherits settings what it inherits;
/// `threads` is 1 unless the study says otherwise, and 0 there means `cores`. Throws UsageError,
/// naming the architecture, if a name does not parse or its settings do not fit together, naming
/// the section if it fits no architecture, and if no cell is left; InputError if a file of `config`
/// cannot be read.
std::vector<Cell> make_cells(const Study& study, int64_t cores);

/// How much computing `config` asks for, in layers times target pieces; comparable within a study.
double expected_work(const config::TrainingConfig& config);

/// Upper bound, in bytes, of what nmt-train will estimate before it has seen the data; exact but
/// for the size of the vocabulary (32,000 pieces where `vocab` names a file).
int64_t memory_bound(const config::TrainingConfig& config);

}  // namespace nmt::sweep
