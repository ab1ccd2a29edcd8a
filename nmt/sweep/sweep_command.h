// The command line of nmt-sweep.

#pragma once

#include <cstdint>
#include <string>

#include "nmt/sweep/study.h"

namespace nmt::sweep {

struct SweepCommand {
  Study study;              ///< The file's, changed by the flags; flags count last.
  std::string study_file;   ///< Empty if the flags alone make the study.
  std::string runs;         ///< Folder of all runs.
  int64_t jobs = 0;         ///< Processes at a time; 0: as many as fit.
  double memory_gib = 0.0;  ///< For all processes together; 0: 90 % of the machine's.
  bool dry_run = false;
  bool ignore_changes = false;
  std::string nmt_train;  ///< Path of the program.
};

/// Reads the command line: flags, at most one study file, and behind `--` flags of nmt-train for
/// every run. `own_folder` is where nmt-train is looked for unless --nmt-train names it. Throws
/// UsageError for anything wrong, InputError if the study file cannot be read,
/// cli::InformationRequest for --help and --version.
SweepCommand parse_sweep_command(int argc, const char* const* argv, const std::string& own_folder);

/// The folder of the program that runs.
std::string own_folder();

}  // namespace nmt::sweep
