// TrainingStart: where a process of a run starts.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "nmt/run_log/run_record.h"

namespace nmt::train {

struct TrainingStart {
  /// Folder of the checkpoint to go on from; none: at update 0, from the seed or from the model of
  /// `init-from`.
  std::optional<std::string> checkpoint;
  int64_t update = 0;  ///< Of that checkpoint.
  /// Whether that checkpoint is another run's: what was best, and where it lies, is then that run's
  /// business.
  bool branches = false;
  /// What the log says of it before the first update of this process.
  std::vector<run_log::EventRecord> events;
};

}  // namespace nmt::train
