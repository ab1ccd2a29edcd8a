#include "nmt/train/train_step.h"

#include <ATen/CPUGeneratorImpl.h>

#include <cmath>

#include "nmt/model/parameters.h"
#include "nmt/optim/gradient_clip.h"
#include "nmt/optim/lr_schedule.h"
#include "nmt/train/loss_of_batch.h"

namespace nmt::train {
namespace {

// SplitMix64's finalizer: neighbouring inputs give unrelated seeds.
uint64_t mix(uint64_t state, uint64_t value) {
  uint64_t z = state + 0x9e3779b97f4a7c15u + value;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

data::Batch part_of(const data::Batch& batch, int64_t worker, int64_t workers) {
  const int64_t begin = batch.size() * worker / workers;
  const int64_t end = batch.size() * (worker + 1) / workers;
  return begin == end ? data::Batch{} : data::slice(batch, begin, end);
}

}  // namespace

TrainStep::TrainStep(model::Transformer model, const config::TrainingConfig& config,
                     int64_t workers, int64_t eos_id)
    : options_(config.optimization),
      seed_(config.seed),
      backend_(config.backend),
      recompute_(config.recompute),
      eos_id_(eos_id),
      pool_(workers),
      models_({model}),
      optimizer_(optim::make_optimizer(config.optimization)) {
  for (int64_t i = 1; i < pool_.size(); ++i) models_.push_back(model::make_replica(model));
  for (model::Transformer& one : models_) {
    leaves_.push_back(one->leaves());
    trackers_.push_back(std::make_unique<stability::EntropyTracker>());
  }
  for (const auto& [name, value] : model::named_parameters(model)) {
    parameters_.push_back({.name = name,
                           .value = value.detach(),
                           .gradient = {},
                           .decays = model::decays(name, value)});
  }
}

TrainStep::WorkerSums TrainStep::forward_backward(int64_t worker, int64_t update,
                                                  int64_t total_tokens,
                                                  const std::vector<data::Batch>& micro_batches) {
  WorkerSums sums;
  for (size_t i = 0; i < micro_batches.size(); ++i) {
    const data::Batch part = part_of(micro_batches[i], worker, pool_.size());
    if (!part.source.defined()) continue;
    const uint64_t draw = mix(mix(mix(mix(0, seed_), update), i), worker);
    const layers::ForwardContext context = {
        .dropout_generator = at::make_generator<at::CPUGeneratorImpl>(draw),
        .attention_observer = trackers_[worker].get(),
        .backend = backend_,
        .recompute = recompute_};
    const layers::LossSums loss =
        loss_of_batch(models_[worker], part, eos_id_, options_.label_smoothing, context);
    sums.loss += loss.loss.item<double>();
    sums.nll += loss.nll.item<double>();
    (loss.loss / static_cast<double>(total_tokens)).backward();
  }
  return sums;
}

void TrainStep::free_gradients() {
  for (std::vector<torch::Tensor>& leaves : leaves_) {
    for (torch::Tensor& leaf : leaves) leaf.mutable_grad() = torch::Tensor();
  }
  for (optim::Parameter& parameter : parameters_) parameter.gradient = torch::Tensor();
  for (const auto& [name, value] : model::named_parameters(models_[0])) {
    torch::Tensor part = value;
    part.mutable_grad() = torch::Tensor();
  }
}

// Worker w adds the gradients of every replica into the model's for its share of the leaves.
void TrainStep::add_gradients(int64_t worker) {
  torch::NoGradGuard no_grad;
  for (size_t i = worker; i < leaves_[0].size(); i += pool_.size()) {
    torch::Tensor& sum = leaves_[0][i].mutable_grad();
    for (size_t replica = 1; replica < leaves_.size(); ++replica) {
      const torch::Tensor& other = leaves_[replica][i].grad();
      if (!other.defined()) continue;
      if (sum.defined()) {
        sum.add_(other);
      } else {
        sum = other;
      }
    }
  }
}

std::vector<stability::LayerEntropy> TrainStep::finish_statistics(bool finite) {
  for (size_t i = 1; i < trackers_.size(); ++i) trackers_[0]->merge(*trackers_[i]);
  if (!finite) {
    trackers_[0]->discard_update();
    return {};
  }
  return trackers_[0]->finish_update();
}

void TrainStep::collect_parameter_gradients() {
  model::pull_gradients_back(models_[0]);
  const model::NamedTensors named = model::named_parameters(models_[0]);
  for (size_t i = 0; i < named.size(); ++i) parameters_[i].gradient = named[i].second.grad();
}

StepResult TrainStep::run(int64_t update, const std::vector<data::Batch>& micro_batches) {
  StepResult result;
  for (const data::Batch& batch : micro_batches) result.tokens += batch.target_tokens();
  result.learning_rate = optim::learning_rate(options_, update);
  free_gradients();

  std::vector<WorkerSums> sums(pool_.size());
  pool_.run([&](int64_t worker) {
    sums[worker] = forward_backward(worker, update, result.tokens, micro_batches);
  });
  for (const WorkerSums& sum : sums) {
    result.loss += sum.loss / result.tokens;
    result.nll += sum.nll / result.tokens;
  }
  pool_.run([&](int64_t worker) { add_gradients(worker); });
  collect_parameter_gradients();
  result.gradient_norm = optim::clip_gradients(parameters_, options_.clip_norm);
  result.finite = std::isfinite(result.loss) && std::isfinite(result.gradient_norm);
  if (result.finite) {
    optimizer_->step(parameters_, result.learning_rate);
    model::advance(models_[0]);
  }
  result.entropies = finish_statistics(result.finite);
  return result;
}

}  // namespace nmt::train
