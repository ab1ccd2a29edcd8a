// What process 0 has found out before a run begins, told to the other processes of its team.

#pragma once

#include "nmt/distributed/communicator.h"
#include "nmt/train/run_origin.h"
#include "nmt/train/training_data.h"

namespace nmt::train {

/// Process 0: tells the others where the run starts: its settings, checkpoint and vocabulary, that
/// of `data`. Where texts come out of pipes, `origin.config` names their copies.
void send_origin(distributed::Communicator& team, const RunOrigin& origin,
                 const TrainingData& data);

/// Any other process: what send_origin() tells. It has no events and no line for people.
RunOrigin receive_origin(distributed::Communicator& team);

}  // namespace nmt::train
