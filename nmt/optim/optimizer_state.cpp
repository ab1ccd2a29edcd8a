#include "nmt/optim/optimizer_state.h"

#include <algorithm>
#include <optional>

#include "data/text/error.h"

namespace nmt::optim {
namespace {

constexpr const char* kStepName = "step";

void check_same(const std::vector<std::string>& names, const std::vector<Parameter>& parameters) {
  TORCH_CHECK(names.size() == parameters.size(), "optimizer: was given ", names.size(),
              " parameters before, now ", parameters.size());
  for (size_t i = 0; i < names.size(); ++i) {
    TORCH_CHECK(names[i] == parameters[i].name, "optimizer: parameter ", i, " was ", names[i],
                " before, now ", parameters[i].name);
  }
}

}  // namespace

torch::Tensor OptimizerState::loaded_tensor(const Parameter& parameter,
                                            const std::string& name) const {
  const auto found = loaded_.find(name);
  if (found == loaded_.end()) {
    throw InputError("optimizer state: ", name,
                     " is missing; the checkpoint belongs to another model or optimizer");
  }
  const torch::Tensor& tensor = found->second;
  if (tensor.sizes() != parameter.value.sizes() || tensor.scalar_type() != torch::kFloat32) {
    throw InputError("optimizer state: ", name, " is ", tensor.scalar_type(), " ", tensor.sizes(),
                     ", must be Float ", parameter.value.sizes(),
                     "; the checkpoint belongs to another model");
  }
  return tensor.to(parameter.value.device()).contiguous();
}

void OptimizerState::bind(const std::vector<Parameter>& parameters, const Quantities& quantities) {
  if (!names_.empty()) return check_same(names_, parameters);
  OptimizerState bound;
  bound.step_ = step_;
  for (const Parameter& parameter : parameters) {
    bound.names_.push_back(parameter.name);
    bound.first_.push_back(bound.tensors_.size());
    for (const std::string& quantity : quantities(parameter)) {
      const std::string name = parameter.name + "." + quantity;
      bound.tensor_names_.push_back(name);
      bound.tensors_.push_back(step_ == 0 ? torch::zeros_like(parameter.value)
                                          : loaded_tensor(parameter, name));
    }
  }
  bound.first_.push_back(bound.tensors_.size());
  if (loaded_.size() != (step_ == 0 ? 0 : bound.tensors_.size())) {
    throw InputError("optimizer state: holds ", loaded_.size(), " tensors in place of ",
                     step_ == 0 ? 0 : bound.tensors_.size(), " for ", parameters.size(),
                     " parameters; the checkpoint belongs to another model or optimizer");
  }
  *this = std::move(bound);
}

NamedTensors OptimizerState::save() const {
  NamedTensors state = {{kStepName, torch::tensor(step_, torch::kInt64)}};
  for (size_t i = 0; i < tensors_.size(); ++i) {
    state.emplace_back(tensor_names_[i], tensors_[i]);
  }
  for (const auto& entry : loaded_) state.push_back(entry);
  if (!loaded_.empty()) {
    std::sort(state.begin() + 1, state.end(),
              [](const auto& a, const auto& b) { return a.first < b.first; });
  }
  return state;
}

void OptimizerState::load(const NamedTensors& state) {
  std::unordered_map<std::string, torch::Tensor> loaded;
  std::optional<int64_t> step;
  for (const auto& [name, tensor] : state) {
    if (name == kStepName && tensor.numel() == 1 && tensor.scalar_type() == torch::kInt64) {
      step = tensor.item<int64_t>();
    } else {
      loaded.emplace(name, tensor.detach().clone());
    }
  }
  if (!step || *step < 0) {
    throw InputError(
        "optimizer state: the counter 'step' is missing or not a whole number of 0 "
        "or more; the checkpoint belongs to another optimizer");
  }
  *this = OptimizerState();
  step_ = *step;
  loaded_ = std::move(loaded);
}

}  // namespace nmt::optim
