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
                                            const std::string& quantity) const {
  const auto found = loaded_.find(parameter.name + "." + quantity);
  if (found == loaded_.end()) {
    throw InputError("optimizer state: ", parameter.name, ".", quantity,
                     " is missing; the checkpoint belongs to another model or optimizer");
  }
  const torch::Tensor& tensor = found->second;
  if (tensor.sizes() != parameter.value.sizes() || tensor.scalar_type() != torch::kFloat32) {
    throw InputError("optimizer state: ", found->first, " is ", tensor.scalar_type(), " ",
                     tensor.sizes(), ", must be Float ", parameter.value.sizes(),
                     "; the checkpoint belongs to another model");
  }
  return tensor.to(parameter.value.device()).contiguous();
}

void OptimizerState::bind(const std::vector<Parameter>& parameters) {
  if (!names_.empty()) return check_same(names_, parameters);
  std::vector<std::string> names;
  std::vector<torch::Tensor> tensors;
  for (const Parameter& parameter : parameters) {
    names.push_back(parameter.name);
    for (const std::string& quantity : quantities_) {
      tensors.push_back(step_ == 0 ? torch::zeros_like(parameter.value)
                                   : loaded_tensor(parameter, quantity));
    }
  }
  if (loaded_.size() != (step_ == 0 ? 0 : tensors.size())) {
    throw InputError("optimizer state: holds ", loaded_.size(), " tensors for ", parameters.size(),
                     " parameters of ", quantities_.size(),
                     " each; the checkpoint belongs to another model or optimizer");
  }
  names_ = std::move(names);
  tensors_ = std::move(tensors);
  loaded_.clear();
}

NamedTensors OptimizerState::save() const {
  NamedTensors state = {{kStepName, torch::tensor(step_, torch::kInt64)}};
  for (size_t i = 0; i < tensors_.size(); ++i) {
    const size_t parameter = i / quantities_.size(), quantity = i % quantities_.size();
    state.emplace_back(names_[parameter] + "." + quantities_[quantity], tensors_[i]);
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
  step_ = *step;
  loaded_ = std::move(loaded);
  names_.clear();
  tensors_.clear();
}

}  // namespace nmt::optim
