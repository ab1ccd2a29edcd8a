#include "nmt/train/replica_gradients.h"

#include <ATen/record_function.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "nmt/distributed/bucketed_sum.h"
#include "nmt/model/parameters.h"
#include "nmt/optim/gradient_clip.h"

namespace nmt::train {
namespace {

const void* storage_of(const torch::Tensor& tensor) {
  return tensor.unsafeGetTensorImpl();
}

// Leaf i of each list, in every list.
std::vector<torch::Tensor> leaf_of(const std::vector<std::vector<torch::Tensor>>& lists, size_t i) {
  std::vector<torch::Tensor> leaf;
  for (const std::vector<torch::Tensor>& list : lists) leaf.push_back(list[i]);
  return leaf;
}

// Adds the gradients of one leaf in every model into the first and frees the others. Returns the
// squared norm of the sum.
double add_replicas(const std::vector<torch::Tensor>& leaf) {
  torch::Tensor& sum = leaf[0].mutable_grad();
  std::optional<double> squares;
  for (size_t replica = 1; replica < leaf.size(); ++replica) {
    torch::Tensor added = std::exchange(leaf[replica].mutable_grad(), torch::Tensor());
    if (!added.defined()) continue;
    if (sum.defined()) {
      squares = optim::add_gradient(sum, added);
    } else {
      sum = std::move(added);
    }
  }
  return squares ? *squares : optim::squared_norm(sum);
}

}  // namespace

ReplicaGradients::ReplicaGradients(std::vector<model::Transformer>& models,
                                   distributed::Communicator& team)
    : team_(team) {
  for (const auto& [name, value] : model::named_parameters(models[0])) {
    named_.push_back(value);
    parameters_.push_back({.name = name,
                           .value = value.detach(),
                           .gradient = {},
                           .decays = model::decays(name, value)});
  }
  make_units(models);
  for (Unit& unit : units_) {
    for (const std::vector<torch::Tensor>& leaf : unit.leaves) unit.elements += leaf[0].numel();
  }
  std::stable_sort(units_.begin(), units_.end(),
                   [](const Unit& a, const Unit& b) { return a.elements > b.elements; });
}

void ReplicaGradients::make_units(std::vector<model::Transformer>& models) {
  std::unordered_map<const void*, size_t> index;
  for (size_t i = 0; i < named_.size(); ++i) index[storage_of(named_[i])] = i;
  std::unordered_set<const void*> in_stacks;
  for (size_t i = 0; i < models[0]->linears().size(); ++i) {
    Unit& unit = units_.emplace_back();
    unit.linear = models[0]->linears()[i];
    std::vector<std::vector<torch::Tensor>> leaves;
    for (model::Transformer& model : models) leaves.push_back(model->linears()[i]->leaves());
    for (size_t k = 0; k < leaves[0].size(); ++k) {
      unit.leaves.push_back(leaf_of(leaves, k));
      in_stacks.insert(storage_of(leaves[0][k]));
    }
    for (const layers::LinearPart& part : unit.linear->parts()) {
      for (const torch::Tensor& one : part->parameters()) {
        unit.parameters.push_back(index.at(storage_of(one)));
      }
    }
  }
  std::vector<std::vector<torch::Tensor>> leaves;
  for (model::Transformer& model : models) leaves.push_back(model->leaves());
  for (size_t i = 0; i < leaves[0].size(); ++i) {
    if (in_stacks.contains(storage_of(leaves[0][i]))) continue;
    units_.push_back(
        {.leaves = {leaf_of(leaves, i)}, .parameters = {index.at(storage_of(leaves[0][i]))}});
  }
}

void ReplicaGradients::hand_over(const Unit& unit) {
  for (const size_t i : unit.parameters) parameters_[i].gradient = named_[i].grad();
}

double ReplicaGradients::reduce(const Unit& unit) {
  const torch::NoGradGuard no_grad;
  double squares = 0.0;
  for (const std::vector<torch::Tensor>& leaf : unit.leaves) squares += add_replicas(leaf);
  if (unit.linear != nullptr) unit.linear->pull_gradients_back();
  hand_over(unit);
  if (unit.linear == nullptr || unit.linear->groups().empty()) return squares;
  squares = 0.0;
  for (const size_t i : unit.parameters) squares += optim::squared_norm(parameters_[i].gradient);
  return squares;
}

double ReplicaGradients::reduce_on_device(layers::SigmaOnCuda& sigma) {
  RECORD_USER_SCOPE("gradients added up, their norm");
  const torch::NoGradGuard no_grad;
  sigma.pull_gradients_back();
  for (const Unit& unit : units_) {
    if (unit.linear != nullptr && !sigma.covers(unit.linear)) unit.linear->pull_gradients_back();
    hand_over(unit);
  }
  std::vector<torch::Tensor> gradients;
  for (const optim::Parameter& parameter : parameters_) {
    if (parameter.gradient.defined()) gradients.push_back(parameter.gradient);
  }
  return optim::norm_on_device(gradients);
}

// Tasks of several threads would come to the exchanges in another order in each process.
void ReplicaGradients::sum_over_team(const base::ParallelFor& parallel_for) {
  if (team_.size() == 1) return;
  const torch::NoGradGuard no_grad;
  parallel_for(static_cast<int64_t>(units_.size()), [&](int64_t i) {
    for (const std::vector<torch::Tensor>& leaf : units_[i].leaves) {
      add_replicas(leaf);
      torch::Tensor& sum = leaf[0].mutable_grad();
      sum = sum.defined() ? sum.contiguous() : torch::zeros_like(leaf[0]);  // No rows came here.
    }
  });
  std::vector<torch::Tensor> gradients;
  for (const Unit& unit : units_) {
    for (const std::vector<torch::Tensor>& leaf : unit.leaves) gradients.push_back(leaf[0].grad());
  }
  distributed::sum_in_buckets(team_, gradients);
}

double ReplicaGradients::reduce(const base::ParallelFor& parallel_for) {
  RECORD_USER_SCOPE("gradients added up, their norm");
  sum_over_team(parallel_for);
  std::vector<double> squares(units_.size());
  parallel_for(static_cast<int64_t>(units_.size()),
               [&](int64_t i) { squares[i] = reduce(units_[i]); });
  double total = 0.0;
  for (const double one : squares) total += one;
  return std::sqrt(total);
}

void ReplicaGradients::free(const Unit& unit) {
  for (const std::vector<torch::Tensor>& leaf : unit.leaves) {
    for (const torch::Tensor& one : leaf) one.mutable_grad() = torch::Tensor();
  }
  for (const size_t i : unit.parameters) {
    named_[i].mutable_grad() = torch::Tensor();
    parameters_[i].gradient = torch::Tensor();
  }
}

void ReplicaGradients::free(const base::ParallelFor& parallel_for) {
  parallel_for(static_cast<int64_t>(units_.size()), [&](int64_t i) { free(units_[i]); });
}

}  // namespace nmt::train
