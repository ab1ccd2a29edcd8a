#include "nmt/checkpoint/named_tensors.h"

#include <unordered_map>

#include "data/text/error.h"

namespace nmt::checkpoint {
namespace {

constexpr const char* kOtherModel = "; the file belongs to a model of another configuration";

void check_fit(const std::string& name, const torch::Tensor& from, const torch::Tensor& into,
               const std::string& source) {
  if (from.sizes() != into.sizes()) {
    throw InputError(source, ": tensor '", name, "' has shape ", from.sizes(), ", the model needs ",
                     into.sizes(), kOtherModel);
  }
  if (from.scalar_type() != into.scalar_type()) {
    throw InputError(source, ": tensor '", name, "' has dtype ", from.scalar_type(),
                     ", the model needs ", into.scalar_type(), kOtherModel);
  }
}

}  // namespace

void load_into(const NamedTensors& from, const NamedTensors& into, const std::string& source) {
  std::unordered_map<std::string, torch::Tensor> by_name(from.begin(), from.end());
  std::vector<torch::Tensor> matched;
  for (const auto& [name, tensor] : into) {
    const auto found = by_name.find(name);
    if (found == by_name.end()) {
      throw InputError(source, ": tensor '", name, "' is missing", kOtherModel);
    }
    check_fit(name, found->second, tensor, source);
    matched.push_back(found->second);
    by_name.erase(found);
  }
  for (const auto& [name, tensor] : from) {
    if (by_name.contains(name)) {
      throw InputError(source, ": tensor '", name, "' is not part of the model", kOtherModel);
    }
  }
  torch::NoGradGuard no_grad;
  for (size_t i = 0; i < into.size(); ++i) {
    torch::Tensor target = into[i].second;
    target.copy_(matched[i]);
  }
}

}  // namespace nmt::checkpoint
