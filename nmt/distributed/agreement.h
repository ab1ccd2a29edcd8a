// What the processes of a team agree on: what only one of them can know, all must act on alike.

#pragma once

#include "nmt/distributed/communicator.h"

namespace nmt::distributed {

struct Wishes {
  bool stop = false;     ///< A signal asked for it.
  double seconds = 0.0;  ///< Of training up to now.
};

/// Whether anybody wishes to stop, and the time on the clock of process 0.
Wishes agree(Communicator& team, const Wishes& own);

/// Whether it is so in any process.
bool in_any(Communicator& team, bool here);

}  // namespace nmt::distributed
