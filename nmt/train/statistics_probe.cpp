#include "nmt/train/statistics_probe.h"

#include <algorithm>
#include <map>
#include <span>
#include <string>
#include <utility>

namespace nmt::train {
namespace {

constexpr int64_t kBoundSentences = 4;

using Names = std::map<const torch::nn::Module*, std::string>;

stability::TrackedMatrix plain_matrix(const layers::LinearPart& part, const Names& names) {
  return {.name = names.at(part.get()), .weight = part->weight, .parts = {part->weight}};
}

stability::TrackedMatrix reparametrized(const layers::StackedLinear& linear,
                                        const layers::StackedLinear::Group& group,
                                        const Names& names) {
  stability::TrackedMatrix matrix{.name = names.at(linear.parts()[group.first_part].get()),
                                  .weight = group.raw,
                                  .effective = group.effective};
  for (int64_t i = 0; i < group.parts; ++i) {
    matrix.parts.push_back(linear.parts()[group.first_part + i]->weight);
  }
  const layers::WeightParametrization* weight = group.parametrization.get();
  if (!weight->sigma()) return matrix;
  matrix.sigma = [weight] { return *weight->sigma(); };
  matrix.gamma = [weight] { return *weight->spectral_gain(); };
  return matrix;
}

std::vector<stability::TrackedMatrix> matrices_of(model::Transformer& model) {
  Names names;
  for (const auto& item : model->named_modules("", /*include_self=*/false)) {
    names[item.value().get()] = item.key();
  }
  std::vector<stability::TrackedMatrix> matrices;
  for (layers::StackedLinear* linear : model->linears()) {
    for (const layers::StackedLinear::Group& group : linear->groups()) {
      matrices.push_back(reparametrized(*linear, group, names));
    }
    if (!linear->groups().empty()) continue;
    for (const layers::LinearPart& part : linear->parts()) {
      matrices.push_back(plain_matrix(part, names));
    }
  }
  return matrices;
}

}  // namespace

StatisticsProbe::StatisticsProbe(model::Transformer model, int64_t workers,
                                 base::ParallelFor bounds_for_each, distributed::Communicator& team)
    : team_(team),
      model_(std::move(model)),
      matrices_(matrices_of(model_)),
      bounds_(std::move(bounds_for_each)) {
  for (int64_t i = 0; i < workers; ++i) {
    streams_.push_back(std::make_unique<stability::StreamTracker>());
  }
}

void StatisticsProbe::before_update(const data::Batch& batch, StatisticsDue due) {
  const torch::NoGradGuard no_grad;
  if (due.matrices) matrices_.keep_rows();
  if (!due.layers) return;
  const int64_t sentences = std::min(kBoundSentences, batch.size());
  layers::ForwardContext context;
  context.observer = &bounds_;
  model_->loss(data::slice(batch, 0, sentences), /*smoothing=*/0.0, context);
}

// Into the first, in the order of the workers of the whole team.
void StatisticsProbe::merge_streams() {
  if (team_.size() == 1) {
    for (size_t i = 1; i < streams_.size(); ++i) streams_[0]->merge(*streams_[i]);
    return;
  }
  std::vector<double> own;
  for (const auto& stream : streams_) stream->move_to(own);
  for (const std::vector<double>& numbers : distributed::gather_numbers(team_, own)) {
    for (std::span<const double> rest = numbers; !rest.empty();) streams_[0]->merge(rest);
  }
}

StepStatistics StatisticsProbe::after_update(const base::ParallelFor& parallel_for,
                                             StatisticsDue due) {
  StepStatistics statistics;
  if (due.matrices) statistics.matrices = matrices_.measure(parallel_for);
  if (!due.layers) return statistics;
  merge_streams();
  statistics.stream = streams_[0]->take();
  statistics.bounds = bounds_.take();
  return statistics;
}

}  // namespace nmt::train
