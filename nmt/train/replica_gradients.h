// The gradients of a model and its replicas, here and in the other processes of the team, from the
// last backward pass to the optimizer.

#pragma once

#include <torch/types.h>

#include <cstdint>
#include <vector>

#include "data/base/thread_pool.h"
#include "layers/sigma_on_cuda.h"
#include "nmt/distributed/communicator.h"
#include "nmt/model/transformer.h"
#include "nmt/optim/optimizer.h"

namespace nmt::train {

/// Keeps handles of every tensor that has a gradient: in a model of a thousand small ones, to find
/// them by name takes longer than to add them up.
class ReplicaGradients {
 public:
  /// Of models[0] and its replicas, the others, in each process of `team`, which must outlive this.
  explicit ReplicaGradients(std::vector<model::Transformer>& models,
                            distributed::Communicator& team = distributed::alone());

  /// Adds the gradients of the replicas to those of the model, in the order of the replicas, and
  /// frees them; adds up those of the processes; turns those of Ŵ into those of W and γ (which is
  /// linear, so that once is enough), and hands them to parameters(). Returns their global norm.
  /// Weights are shared out among threads; the result does not depend on how.
  double reduce(const base::ParallelFor& parallel_for);

  /// The same for a model on a GPU, which has no replicas: pulls `sigma`'s gradients back together.
  double reduce_on_device(layers::SigmaOnCuda& sigma);

  /// The model's parameters, in the order of model::named_parameters; with gradients since
  /// reduce().
  std::vector<optim::Parameter>& parameters() { return parameters_; }

  /// Frees all gradients.
  void free(const base::ParallelFor& parallel_for);

 private:
  // A stack of linear layers, or a leaf that belongs to none.
  struct Unit {
    layers::StackedLinear* linear = nullptr;
    std::vector<std::vector<torch::Tensor>> leaves;  // Each in every model.
    std::vector<size_t> parameters;                  // Which ones get a gradient from them.
    int64_t elements = 0;
  };
  void make_units(std::vector<model::Transformer>& models);
  void sum_over_team(const base::ParallelFor& parallel_for);
  double reduce(const Unit& unit);
  void hand_over(const Unit& unit);
  void free(const Unit& unit);

  distributed::Communicator& team_;
  std::vector<torch::Tensor> named_;  // The model's own parameters, whose .grad is set.
  std::vector<optim::Parameter> parameters_;
  std::vector<Unit> units_;  // The largest first, so that no thread is left with one at the end.
};

}  // namespace nmt::train
