#include "nmt/train/train_step.h"

#include <ATen/CPUGeneratorImpl.h>

#include <cmath>
#include <span>

#include "data/base/mix_seeds.h"
#include "data/text/error.h"
#include "nmt/model/parameters.h"
#include "nmt/optim/gradient_clip.h"
#include "nmt/optim/lr_schedule.h"

namespace nmt::train {
namespace {

std::vector<model::Transformer> with_replicas(model::Transformer model, int64_t count) {
  std::vector<model::Transformer> all = {model};
  for (int64_t i = 1; i < count; ++i) all.push_back(model::make_replica(model));
  return all;
}

void require_same_workers(distributed::Communicator& team, int64_t workers) {
  for (const auto& number : distributed::gather_numbers(team, {static_cast<double>(workers)})) {
    if (number[0] == static_cast<double>(workers)) continue;
    throw InputError("every process must have as many threads: here are ", workers,
                     ", in another one ", number[0], "; give --threads");
  }
}

}  // namespace

uint64_t dropout_seed(uint64_t seed, int64_t update, size_t micro_batch) {
  uint64_t mixed = 0;
  for (const uint64_t number : {seed, static_cast<uint64_t>(update), uint64_t{micro_batch}}) {
    mixed = base::mix_seeds(mixed + number, 0);
  }
  return mixed;
}

TrainStep::TrainStep(model::Transformer model, const config::TrainingConfig& config,
                     int64_t workers, distributed::Communicator& team)
    : team_(team),
      options_(config.optimization),
      seed_(config.seed),
      d_model_(config.model.d_model),
      backend_(config.backend),
      recompute_(config.recompute),
      track_attention_(config.stability.track_attention),
      pool_(model->device().is_cpu() ? workers : 1),
      beside_gpu_(model->device().is_cpu() ? 1 : workers),
      parallel_for_(pool_.parallel_for()),
      models_(with_replicas(model, pool_.size())),
      gradients_(models_, team),
      probe_(models_[0], pool_.size(),
             (model->device().is_cpu() ? pool_ : beside_gpu_).parallel_for(), team),
      optimizer_(optim::make_optimizer(config.optimization, parallel_for_)),
      sigma_on_cuda_(model->linears()) {
  require_same_workers(team_, pool_.size());
  for (int64_t i = 0; i < pool_.size(); ++i) {
    trackers_.push_back(std::make_unique<stability::EntropyTracker>());
  }
  for (layers::StackedLinear* linear : model->linears()) {
    if (linear->groups().empty() || sigma_on_cuda_.covers(linear)) continue;
    parametrized_.push_back(linear);
  }
}

std::vector<Slice> TrainStep::slices_of_worker(
    int64_t worker, const std::vector<data::Batch>& micro_batches) const {
  return models_[worker]->device().is_cpu()
             ? slices_of(micro_batches, team_.rank() * pool_.size() + worker,
                         team_.size() * pool_.size(), d_model_)
             : whole_micro_batches(micro_batches);
}

TrainStep::WorkerSums TrainStep::forward_backward(int64_t worker, int64_t update,
                                                  int64_t total_tokens,
                                                  const std::vector<data::Batch>& micro_batches,
                                                  layers::ForwardObservers observer) {
  WorkerSums sums;
  for (const Slice& slice : slices_of_worker(worker, micro_batches)) {
    const data::Batch rows = rows_of(slice, micro_batches);
    if (!rows.source.defined()) continue;
    const uint64_t draw = dropout_seed(seed_, update, slice.micro_batch);
    const layers::ForwardContext context = {
        .dropout_generator = at::make_generator<at::CPUGeneratorImpl>(draw),
        .observer = &observer,
        .backend = backend_,
        .recompute = recompute_,
        .update = update};
    const layers::LossSums loss = models_[worker]->loss(rows, options_.label_smoothing, context);
    (loss.loss / static_cast<double>(total_tokens)).backward();
    sums.loss += loss.loss.item<double>();  // Behind the backward pass: it makes a GPU wait.
    sums.nll += loss.nll.item<double>();
  }
  return sums;
}

std::vector<TrainStep::WorkerSums> TrainStep::gathered(const std::vector<WorkerSums>& sums) {
  std::vector<double> own;
  for (const WorkerSums& sum : sums) own.insert(own.end(), {sum.loss, sum.nll});
  std::vector<WorkerSums> all;
  for (const std::vector<double>& numbers : distributed::gather_numbers(team_, own)) {
    for (size_t i = 0; i < numbers.size(); i += 2) all.push_back({numbers[i], numbers[i + 1]});
  }
  return all;
}

// Into the first, in the order of the workers of the whole team.
void TrainStep::merge_trackers() {
  if (team_.size() == 1) {
    for (size_t i = 1; i < trackers_.size(); ++i) trackers_[0]->merge(*trackers_[i]);
    return;
  }
  std::vector<double> own;
  for (const auto& tracker : trackers_) tracker->move_update_to(own);
  for (const std::vector<double>& numbers : distributed::gather_numbers(team_, own)) {
    for (std::span<const double> rest = numbers; !rest.empty();) trackers_[0]->merge(rest);
  }
}

std::vector<run_log::LayerEntropy> TrainStep::finish_statistics(bool finite) {
  merge_trackers();
  if (!finite) {
    trackers_[0]->skip_update();
    return {};
  }
  return trackers_[0]->finish_update();
}

void TrainStep::set_attention_temperature(const config::AttentionTemperature& setting) {
  for (model::Transformer& model : models_) model->set_attention_temperature(setting);
}

double TrainStep::reduce_gradients() {
  return models_[0]->device().is_cpu() ? gradients_.reduce(parallel_for_)
                                       : gradients_.reduce_on_device(sigma_on_cuda_);
}

void TrainStep::refresh_weights() {
  model::refresh(models_[0]);
  sigma_on_cuda_.refresh();
}

// After the optimizer.
void TrainStep::advance_weights() {
  sigma_on_cuda_.advance(options_.sigma_steps);
  pool_.for_each(static_cast<int64_t>(parametrized_.size()),
                 [this](int64_t i) { parametrized_[i]->advance(options_.sigma_steps); });
}

void TrainStep::rehearse(const data::Batch& micro_batch) {
  pool_.run([&](int64_t worker) {
    forward_backward(worker, /*update=*/1, micro_batch.target_tokens(), {micro_batch},
                     layers::ForwardObservers({}));
  });
  free_gradients();
}

StepResult TrainStep::run(int64_t update, const std::vector<data::Batch>& micro_batches,
                          StatisticsDue due) {
  StepResult result;
  for (const data::Batch& batch : micro_batches) result.tokens += batch.target_tokens();
  result.learning_rate = optim::learning_rate(options_, update) * learning_rate_factor_;
  free_gradients();
  if (due.any()) probe_.before_update(micro_batches[0], due);

  std::vector<WorkerSums> sums(pool_.size());
  pool_.run([&](int64_t worker) {
    const layers::ForwardObservers observer({track_attention_ ? trackers_[worker].get() : nullptr,
                                             due.layers ? probe_.observer(worker) : nullptr});
    sums[worker] = forward_backward(worker, update, result.tokens, micro_batches, observer);
  });
  for (const WorkerSums& sum : gathered(sums)) {
    result.loss += sum.loss / result.tokens;
    result.nll += sum.nll / result.tokens;
  }
  result.gradient_norm = reduce_gradients();
  result.finite = std::isfinite(result.loss) && std::isfinite(result.gradient_norm);
  if (result.finite) {
    optimizer_->step(gradients_.parameters(), result.learning_rate,
                     optim::clip_scale(result.gradient_norm, options_.clip_norm));
    advance_weights();
  }
  if (due.any()) result.statistics = probe_.after_update(parallel_for_, due);
  result.entropies = finish_statistics(result.finite);
  return result;
}

}  // namespace nmt::train
