// The signals that ask a long-running program to end, as a flag that it looks at:
//
//     SIGINT, SIGTERM   a person, or a batch system; a second one of a kind ends the program at
//                       once, as it would have without this
//     SIGHUP            the terminal or the connection is gone
//     SIGPIPE           the reader of the output is gone
//     SIGUSR1           a batch system's warning before its time limit (Slurm: --signal=USR1@300)
//
// The last three often come several times and end nothing by force. One of them that is ignored
// when the program starts (nohup) stays ignored.

#pragma once

#include <atomic>

namespace nmt::cli {

/// From the first call on, these signals set the returned flag. It lives as long as the process.
const std::atomic<bool>& catch_stop_signals();

}  // namespace nmt::cli
