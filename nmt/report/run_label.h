// What a run is called, and which runs are the same but for their seed.

#pragma once

#include <string>
#include <vector>

#include "nmt/report/run.h"

namespace nmt::report {

/// "postln-sigma-18L" -> {"postln-sigma", "18L"}; a name without a depth has an empty one.
struct ArchitectureParts {
  std::string variant, depth;
};
ArchitectureParts split_architecture(const std::string& name);

/// Encoder depth of "60L-12L": 60; 0 if it has none. For sorting.
int64_t depth_in_layers(const std::string& depth);

/// Sorts `runs` by variant, depth, learning rate, settings and seed, and sets the label of each:
/// architecture, learning rate, settings and seed, and a number where that is not unique yet.
void label_runs(std::vector<Run>& runs);

/// Keys in which `runs` differ and which matter to what they learn, as "key=value" words of the
/// run: not architecture, learning rate, seed, paths, limits, logging or threads.
std::vector<std::string> differing_settings(const std::vector<Run>& runs);

/// Runs that differ in nothing but the seed.
struct RunGroup {
  std::string architecture;
  double learning_rate = kNoValue;
  std::string settings;  ///< Of differing_settings(); empty where all runs are alike.
  std::vector<const Run*> runs;
};

/// The groups of `runs`, in their order. The pointers go to `runs`.
std::vector<RunGroup> group_runs(const std::vector<Run>& runs);

}  // namespace nmt::report
