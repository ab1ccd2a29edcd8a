#include "nmt/model/parameters.h"

namespace nmt::model {

NamedTensors named_parameters(Transformer& model) {
  NamedTensors all;
  for (const auto& item : model->named_parameters()) all.emplace_back(item.key(), item.value());
  return all;
}

NamedTensors named_tensors(Transformer& model) {
  NamedTensors all = named_parameters(model);
  for (const auto& item : model->named_buffers()) all.emplace_back(item.key(), item.value());
  return all;
}

void refresh(Transformer& model) {
  for (layers::StackedLinear* linear : model->linears()) linear->refresh();
}

void advance(Transformer& model) {
  for (layers::StackedLinear* linear : model->linears()) linear->advance();
}

void pull_gradients_back(Transformer& model) {
  for (layers::StackedLinear* linear : model->linears()) linear->pull_gradients_back();
}

Transformer make_replica(Transformer& model) {
  Transformer replica(model->config());
  std::vector<torch::Tensor> mine = replica->leaves();
  const std::vector<torch::Tensor> theirs = model->leaves();
  for (size_t i = 0; i < mine.size(); ++i) mine[i].set_data(theirs[i].detach());
  return replica;
}

Transformer differentiable_copy(Transformer& model) {
  Transformer copy(model->config());
  const NamedTensors from = named_tensors(model), to = named_tensors(copy);
  {
    const torch::NoGradGuard no_grad;
    for (size_t i = 0; i < to.size(); ++i) to[i].second.detach().copy_(from[i].second);
  }
  for (const layers::AttentionKind kind : layers::kAttentionKinds) {
    std::vector<layers::MultiHeadAttention> theirs = copy->attention_layers(kind);
    for (size_t i = 0; i < theirs.size(); ++i) {
      theirs[i]->set_temperature(model->attention_layers(kind)[i]->temperature());
    }
  }
  for (layers::StackedLinear* linear : copy->linears()) linear->read_parameters();
  return copy;
}

int64_t parameter_count(Transformer& model) {
  int64_t count = 0;
  for (const auto& [name, value] : named_parameters(model)) count += value.numel();
  return count;
}

bool decays(const std::string& name, const torch::Tensor& value) {
  return value.dim() == 2 && name.ends_with("weight");
}

}  // namespace nmt::model
