// TrainStep: one optimizer update, from batches to new weights.
//
// Every micro-batch is cut by rows into slices for the worker threads (update_slices.h). A worker
// runs forward and backward on a replica of the model that shares the weights and has gradients of
// its own; the gradients are then added in a fixed order. Sums are divided by the target pieces of
// the whole update, so the result does not depend on how micro-batches are cut, but for rounding.
// What follows, up to the new Ŵ, the same threads share out weight by weight.
//
// Workers count through the processes of a team: those of process 0 first. Whatever is a sum over
// workers is taken in their order, in every process, so that processes and threads give the same
// bits, and all processes judge an update alike.
//
// A model on a GPU is trained there: by one worker, every micro-batch at once.
//
// Dropout draws from a generator seeded by (seed, update, micro-batch) and counts by a row's place
// in the micro-batch: masks depend neither on what came before nor on how the micro-batch is cut. A
// resumed run, one with more threads and one on a GPU have the same ones.

#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "data/batch.h"
#include "layers/forward_observer.h"
#include "nmt/config/training_config.h"
#include "nmt/distributed/communicator.h"
#include "nmt/model/transformer.h"
#include "nmt/optim/optimizer.h"
#include "nmt/stability/entropy_tracker.h"
#include "nmt/train/replica_gradients.h"
#include "nmt/train/statistics_probe.h"
#include "nmt/train/update_slices.h"
#include "nmt/train/worker_pool.h"

namespace nmt::train {

/// What one update reports. Loss and nll are nats a target piece.
struct StepResult {
  double loss = 0.0;
  double nll = 0.0;
  double learning_rate = 0.0;
  double gradient_norm = 0.0;  ///< Global, before clipping.
  int64_t tokens = 0;          ///< Target pieces, `</s>` included.
  bool finite = true;          ///< Otherwise the weights were left as they are.
  std::vector<run_log::LayerEntropy> entropies;
  StepStatistics statistics;  ///< Empty unless asked for.
};

/// Seeds the dropout generator of every forward pass over rows of `micro_batch`, counted from 0 in
/// its update.
uint64_t dropout_seed(uint64_t seed, int64_t update, size_t micro_batch);

class TrainStep {
 public:
  /// Trains `model` (initialised, the same in each process of `team`, which must outlive this)
  /// where it lies, on the CPU with `workers` threads in each process. Throws InputError if the
  /// processes have not the same number of them.
  TrainStep(model::Transformer model, const config::TrainingConfig& config, int64_t workers,
            distributed::Communicator& team = distributed::alone());

  /// One update from its micro-batches, and those of its statistics that are due. An update whose
  /// loss or gradient is not finite changes nothing and reports finite = false.
  StepResult run(int64_t update, const std::vector<data::Batch>& micro_batches,
                 StatisticsDue due = {});

  /// Runs `micro_batch` forward and backward as an update does, without a step and without looking
  /// on: takes the memory that an update takes, and changes nothing.
  void rehearse(const data::Batch& micro_batch);

  /// Sets the attention temperature of the model and its replicas.
  void set_attention_temperature(const config::AttentionTemperature& setting);

  /// After the values of the model were changed from outside: Ŵ anew, as updates write it.
  void refresh_weights();

  /// From the next update on, the schedule's learning rate is multiplied by `factor`; 1 at first.
  void set_learning_rate_factor(double factor) { learning_rate_factor_ = factor; }

  /// Frees the gradients of the last update.
  void free_gradients() { gradients_.free(parallel_for_); }

  stability::EntropyTracker& tracker() { return *trackers_[0]; }
  StatisticsProbe& probe() { return probe_; }
  optim::Optimizer& optimizer() { return *optimizer_; }
  model::Transformer& model() { return models_[0]; }

 private:
  struct WorkerSums {
    double loss = 0.0;
    double nll = 0.0;
  };
  std::vector<Slice> slices_of_worker(int64_t worker,
                                      const std::vector<data::Batch>& micro_batches) const;
  WorkerSums forward_backward(int64_t worker, int64_t update, int64_t total_tokens,
                              const std::vector<data::Batch>& micro_batches,
                              layers::ForwardObservers observer);
  std::vector<WorkerSums> gathered(const std::vector<WorkerSums>& sums);
  void merge_trackers();
  std::vector<run_log::LayerEntropy> finish_statistics(bool finite);
  double reduce_gradients();
  void advance_weights();

  distributed::Communicator& team_;
  config::OptimizationConfig options_;
  double learning_rate_factor_ = 1.0;
  uint64_t seed_;
  int64_t d_model_;
  layers::BackendKind backend_;
  bool recompute_;
  bool track_attention_;
  WorkerPool pool_;
  WorkerPool beside_gpu_;                   // For what the CPU works out then; else one, idle.
  base::ParallelFor parallel_for_;          // On the threads of pool_.
  std::vector<model::Transformer> models_;  // The model, then its replicas.
  ReplicaGradients gradients_;
  std::vector<layers::StackedLinear*>
      parametrized_;  // The model's, without plain ones and those of sigma_on_cuda_.
  std::vector<std::unique_ptr<stability::EntropyTracker>> trackers_;
  StatisticsProbe probe_;
  std::unique_ptr<optim::Optimizer> optimizer_;
  layers::SigmaOnCuda sigma_on_cuda_;  // Empty on the CPU.
};

}  // namespace nmt::train
