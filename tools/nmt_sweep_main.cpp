// nmt-sweep: trains every run of a study, variants x depths x learning rates x seeds.
//
//     nmt-sweep configs/studies/smoke.study
//     nmt-sweep --variants preln,postln-sigma --depths 6L --seeds 1,2,3 --runs runs/mine
//
// Exit status: 0 every run has a result (a run that diverged has one), 1 not so, or unusable input,
// 2 wrong command line or study.

#include <unistd.h>

#include <iostream>

#include "nmt/cli/program.h"
#include "nmt/cli/stop_signal.h"
#include "nmt/cli/terminal.h"
#include "nmt/sweep/sweep.h"

namespace {

int sweep(int argc, char** argv) {
  const nmt::sweep::SweepCommand command =
      nmt::sweep::parse_sweep_command(argc, argv, nmt::sweep::own_folder());
  const int terminal = nmt::cli::is_rewritable_terminal(STDOUT_FILENO) ? STDOUT_FILENO : -1;
  const bool complete =
      nmt::sweep::run_sweep(command, std::cout, terminal, nmt::cli::catch_stop_signals());
  return complete ? nmt::cli::kExitDone : nmt::cli::kExitFailure;
}

}  // namespace

int main(int argc, char** argv) {
  return nmt::cli::run_program("nmt-sweep", argc, argv, sweep);
}
