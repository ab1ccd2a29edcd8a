#include "layers/forward_observer.h"

#include <algorithm>

namespace nmt::layers {

ForwardObservers::ForwardObservers(const std::vector<ForwardObserver*>& all) : all_(all) {
  std::erase(all_, nullptr);
}

bool ForwardObservers::wants_rows() const {
  return std::ranges::any_of(all_, &ForwardObserver::wants_rows);
}

void ForwardObservers::observe_rows(const AttentionRows& rows) {
  for (ForwardObserver* one : all_) one->observe_rows(rows);
}

bool ForwardObservers::wants_inputs() const {
  return std::ranges::any_of(all_, &ForwardObserver::wants_inputs);
}

void ForwardObservers::observe_inputs(const AttentionLayerInputs& inputs) {
  for (ForwardObserver* one : all_) one->observe_inputs(inputs);
}

void ForwardObservers::observe_layer(Stack stack, int64_t layer, const ResidualStream& stream) {
  for (ForwardObserver* one : all_) one->observe_layer(stack, layer, stream);
}

void ForwardObservers::observe_skip(const torch::Tensor& factor, const torch::Tensor& x,
                                    const torch::Tensor& branch) {
  for (ForwardObserver* one : all_) one->observe_skip(factor, x, branch);
}

}  // namespace nmt::layers
