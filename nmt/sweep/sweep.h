// A sweep from the command line to the last line: what nmt-sweep does.

#pragma once

#include <atomic>
#include <iosfwd>

#include "nmt/sweep/sweep_command.h"

namespace nmt::sweep {

/// Runs the study of `command` and writes what a person should see to `out`, as a live table if
/// `terminal` (the file descriptor of one; -1: plain lines). Returns whether every run has a
/// result. Throws UsageError if the study's settings do not fit together, InputError if the folder
/// of the runs cannot be used, another sweep works in it, or its runs were made with other
/// settings.
bool run_sweep(const SweepCommand& command, std::ostream& out, int terminal,
               const std::atomic<bool>& stop);

}  // namespace nmt::sweep
