#include "nmt/optim/elementwise_optimizer.h"

#include <deque>

namespace nmt::optim {
namespace {

Elements elements_of(const ParameterTensors& tensors, const torch::Tensor& gradient,
                     size_t parameter) {
  Elements whole = {.parameter = parameter,
                    .decays = tensors.decays,
                    .count = tensors.value.numel(),
                    .value = tensors.value.mutable_data_ptr<float>(),
                    .gradient = gradient.const_data_ptr<float>()};
  for (size_t i = 0; i < tensors.state.size(); ++i) {
    whole.state[i] = tensors.state[i].mutable_data_ptr<float>();
  }
  return whole;
}

}  // namespace

void ElementwiseOptimizer::update(const UpdateNumbers& numbers,
                                  std::span<const ParameterTensors> all) {
  ElementWalk on_cpu(parallel_for_);
  std::deque<torch::Tensor> gradients;  // Contiguous, as long as they are read.
  std::vector<ParameterTensors> elsewhere;
  for (size_t i = 0; i < all.size(); ++i) {
    if (all[i].value.is_cpu()) {
      on_cpu.add(elements_of(all[i], gradients.emplace_back(all[i].gradient.contiguous()), i));
    } else {
      elsewhere.push_back(all[i]);
    }
  }
  update_arrays(numbers, on_cpu, all.size());
  update_all_tensors(numbers, elsewhere);
}

}  // namespace nmt::optim
