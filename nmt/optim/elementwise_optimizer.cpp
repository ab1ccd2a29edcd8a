#include "nmt/optim/elementwise_optimizer.h"

#include <ATen/record_function.h>
#include <torch/utils.h>

#include <deque>

namespace nmt::optim {
namespace {

void check(const Parameter& parameter) {
  const torch::Tensor& value = parameter.value;
  const torch::Tensor& gradient = parameter.gradient;
  TORCH_CHECK(value.scalar_type() == torch::kFloat32 && value.is_contiguous(),
              "optimizer: ", parameter.name, " must be contiguous float32");
  TORCH_CHECK(!gradient.defined() ||
                  (gradient.sizes() == value.sizes() && gradient.scalar_type() == torch::kFloat32 &&
                   gradient.device() == value.device()),
              "optimizer: the gradient of ", parameter.name,
              " must have its shape, dtype and device, got ", gradient.toString(), " ",
              gradient.sizes(), " for ", value.sizes());
}

Elements elements_of(const ParameterTensors& tensors, size_t parameter) {
  Elements whole = {.parameter = parameter,
                    .decays = tensors.decays,
                    .count = tensors.value.numel(),
                    .value = tensors.value.mutable_data_ptr<float>(),
                    .gradient = tensors.gradient.const_data_ptr<float>()};
  for (size_t i = 0; i < tensors.state.size(); ++i) {
    whole.state[i] = tensors.state[i].mutable_data_ptr<float>();
  }
  return whole;
}

}  // namespace

void ElementwiseOptimizer::step(std::vector<Parameter>& parameters, double learning_rate,
                                double gradient_scale) {
  RECORD_USER_SCOPE("optimizer");
  torch::NoGradGuard no_grad;
  for (const Parameter& parameter : parameters) check(parameter);
  state_.bind(parameters);
  state_.advance();
  const UpdateNumbers numbers = {
      .step = state_.step(), .learning_rate = learning_rate, .gradient_scale = gradient_scale};
  ElementWalk on_cpu(parallel_for_);
  std::deque<torch::Tensor> copies;  // Of strided gradients.
  std::vector<ParameterTensors> elsewhere;
  for (size_t i = 0; i < parameters.size(); ++i) {
    if (!parameters[i].gradient.defined()) continue;
    ParameterTensors tensors = {.value = parameters[i].value,
                                .gradient = parameters[i].gradient,
                                .state = state_.tensors(i),
                                .decays = parameters[i].decays};
    if (!tensors.value.is_cpu()) {
      elsewhere.push_back(tensors);
      continue;
    }
    if (!tensors.gradient.is_contiguous()) {
      tensors.gradient = copies.emplace_back(tensors.gradient.contiguous());
    }
    on_cpu.add(elements_of(tensors, i));
  }
  update_arrays(numbers, on_cpu, parameters.size());
  update_all_tensors(numbers, elsewhere);
}

}  // namespace nmt::optim
