#include "nmt/optim/optimizer.h"

#include <ATen/record_function.h>
#include <torch/utils.h>

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

}  // namespace

void Optimizer::step(std::vector<Parameter>& parameters, double learning_rate,
                     double gradient_scale) {
  RECORD_USER_SCOPE("optimizer");
  const torch::NoGradGuard no_grad;
  for (const Parameter& parameter : parameters) check(parameter);
  state_.bind(parameters, [this](const Parameter& parameter) { return quantities(parameter); });
  state_.advance();
  std::vector<ParameterTensors> all;
  for (size_t i = 0; i < parameters.size(); ++i) {
    if (!parameters[i].gradient.defined()) continue;
    all.push_back({.value = parameters[i].value,
                   .gradient = parameters[i].gradient,
                   .state = state_.tensors(i),
                   .decays = parameters[i].decays});
  }
  update({.step = state_.step(), .learning_rate = learning_rate, .gradient_scale = gradient_scale},
         all);
}

}  // namespace nmt::optim
