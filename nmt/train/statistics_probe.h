// StatisticsProbe: what is measured of an update besides the entropy of its attention: every
// statistics-every updates the residual stream and bounds on the entropy, every matrices-every the
// matrices.
//
// Bounds are those of the first sentences of the update's first micro-batch, without dropout and
// before the update. Nothing here changes the update by a bit.

#pragma once

#include <torch/types.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "data/base/thread_pool.h"
#include "data/batch.h"
#include "nmt/distributed/communicator.h"
#include "nmt/model/transformer.h"
#include "nmt/stability/bound_tracker.h"
#include "nmt/stability/matrix_tracker.h"
#include "nmt/stability/stream_tracker.h"

namespace nmt::train {

/// What an update is to be measured for.
struct StatisticsDue {
  bool layers = false;  ///< Residual stream and bounds.
  bool matrices = false;

  bool any() const { return layers || matrices; }
};

/// What is not due is left empty.
struct StepStatistics {
  std::vector<run_log::MatrixRecord> matrices;
  std::vector<run_log::StreamRecord> stream;
  stability::AttentionBounds bounds;
};

class StatisticsProbe {
 public:
  /// Of `model`, whose updates `workers` threads compute in each process of `team`, which must
  /// outlive this; `bounds_for_each` does the work on bounds, on the CPU.
  StatisticsProbe(model::Transformer model, int64_t workers, base::ParallelFor bounds_for_each,
                  distributed::Communicator& team = distributed::alone());

  /// For the context of `worker` in an update whose layers are measured.
  layers::ForwardObserver* observer(int64_t worker) { return streams_[worker].get(); }

  /// Takes the bounds of `batch`, if due; not while `bounds_for_each`'s threads are at work.
  void before_update(const data::Batch& batch, StatisticsDue due);

  /// Once gradients are added up and the weights are new; `due` as before the update.
  StepStatistics after_update(const base::ParallelFor& parallel_for, StatisticsDue due);

  /// What a later run needs so that its records equal those of this one; shares storage.
  checkpoint::NamedTensors state() const { return matrices_.state(); }
  void load_state(const checkpoint::NamedTensors& state) { matrices_.load_state(state); }

 private:
  void merge_streams();

  distributed::Communicator& team_;
  model::Transformer model_;
  stability::MatrixTracker matrices_;
  std::vector<std::unique_ptr<stability::StreamTracker>> streams_;
  stability::BoundTracker bounds_;
};

}  // namespace nmt::train
