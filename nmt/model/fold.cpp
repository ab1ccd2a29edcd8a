#include "nmt/model/fold.h"

#include <unordered_map>

#include "data/text/error.h"
#include "nmt/checkpoint/named_tensors.h"
#include "nmt/model/parameters.h"

namespace nmt::model {
namespace {

using checkpoint::ModelFolder;

Transformer loaded_model(const ModelFolder& saved, const std::string& source) {
  Transformer model(checkpoint::module_config(saved));
  checkpoint::load_into(saved.tensors, named_tensors(model), source);
  refresh(model);
  return model;
}

std::string name_of(const torch::Tensor& tensor, Transformer& model) {
  for (const auto& [name, one] : named_tensors(model)) {
    if (one.is_same(tensor)) return name;
  }
  return "a weight";
}

// Copies what both have by name.
void copy_common_tensors(Transformer& from, Transformer& to) {
  const NamedTensors theirs = named_tensors(from);
  const std::unordered_map<std::string, torch::Tensor> by_name(theirs.begin(), theirs.end());
  for (auto& [name, tensor] : named_tensors(to)) {
    const auto found = by_name.find(name);
    if (found != by_name.end()) tensor.copy_(found->second);
  }
}

// Writes the Ŵ of `from` over the W of `to`.
void copy_effective_weights(Transformer& from, Transformer& to, const std::string& source) {
  const std::vector<layers::StackedLinear*> theirs = from->linears(), mine = to->linears();
  for (size_t i = 0; i < theirs.size(); ++i) {
    for (size_t part = 0; part < theirs[i]->parts().size(); ++part) {
      const torch::Tensor effective = theirs[i]->effective_weight(part);
      if (!effective.isfinite().all().item<bool>()) {
        throw InputError(source, ": ", name_of(theirs[i]->parts()[part]->weight, from),
                         " cannot be folded: what the model makes of it is not finite");
      }
      mine[i]->parts()[part]->weight.copy_(effective);
    }
  }
}

}  // namespace

Transformer folded_model(const ModelFolder& saved, const std::string& source) {
  const torch::NoGradGuard no_grad;
  Transformer trained = loaded_model(saved, source);
  if (trained->config().architecture.linear == layers::LinearKind::kPlain) return trained;
  Transformer plain(checkpoint::module_config({.config = saved.config, .folded = true}));
  copy_common_tensors(trained, plain);
  copy_effective_weights(trained, plain, source);
  refresh(plain);
  return plain;
}

ModelFolder fold(const ModelFolder& saved, const std::string& source) {
  Transformer model = folded_model(saved, source);
  ModelFolder folded = saved;
  folded.tensors = named_tensors(model);
  folded.folded = true;
  return folded;
}

void take_weights(const ModelFolder& saved, Transformer& model, const std::string& source) {
  const torch::NoGradGuard no_grad;
  if (!saved.folded) {
    checkpoint::load_into(saved.tensors, named_tensors(model), source);
    refresh(model);
    return;
  }
  Transformer plain = loaded_model(saved, source);
  copy_common_tensors(plain, model);
  for (layers::StackedLinear* linear : model->linears()) linear->match_weights();
}

}  // namespace nmt::model
