#include "layers/linear.h"

#include <ATen/record_function.h>

#include <numeric>
#include <utility>

#include "layers/kernels/linear_graph.h"
#include "layers/sigma_parametrization.h"
#include "layers/weight_norm_parametrization.h"

namespace nmt::layers {
namespace {

// Zeros if autograd gave none.
torch::Tensor take_gradient(const torch::Tensor& leaf) {
  const torch::Tensor gradient = std::exchange(leaf.mutable_grad(), torch::Tensor());
  return gradient.defined() ? gradient.contiguous() : torch::zeros_like(leaf);
}

torch::Tensor rows_of(const torch::Tensor& all, int64_t first, int64_t rows) {
  return all.size(0) == rows ? all : all.narrow(0, first, rows);
}

int64_t sum(const std::vector<int64_t>& counts) {
  return std::accumulate(counts.begin(), counts.end(), int64_t{0});
}

}  // namespace

std::unique_ptr<WeightParametrization> make_parametrization(LinearKind kind, int64_t rows,
                                                            int64_t columns,
                                                            std::optional<double> gamma_start) {
  switch (kind) {
    case LinearKind::kPlain:
      return nullptr;
    case LinearKind::kSigma:
      return std::make_unique<SigmaParametrization>(columns, gamma_start);
    case LinearKind::kSpectralNorm:
      return std::make_unique<SigmaParametrization>(columns, 1.0,
                                                    SigmaParametrization::Gamma::kFixed);
    case LinearKind::kWeightNorm:
      return std::make_unique<WeightNormParametrization>(rows);
  }
  return nullptr;
}

LinearPartImpl::LinearPartImpl(torch::Tensor weight_rows, torch::Tensor bias_rows) {
  weight = register_parameter("weight", std::move(weight_rows), /*requires_grad=*/false);
  if (bias_rows.defined()) {
    bias = register_parameter("bias", std::move(bias_rows), /*requires_grad=*/false);
  }
}

StackedLinear::StackedLinear(torch::nn::Module& owner, const StackedLinearOptions& options)
    : options_(options) {
  const int64_t part_count = static_cast<int64_t>(options_.parts.size());
  if (options_.products.empty()) options_.products = {part_count};
  if (options_.groups.empty()) options_.groups.assign(part_count, 1);
  TORCH_CHECK(options_.in_features > 0 && part_count > 0,
              "StackedLinear: needs a positive in_features and a part, got in_features=",
              options_.in_features, ", parts=", part_count);
  TORCH_CHECK(sum(options_.products) == part_count && sum(options_.groups) == part_count,
              "StackedLinear: products and groups must each cover all ", part_count, " parts");
  make_parts(owner);
  make_groups();
  make_products();
}

void StackedLinear::make_parts(torch::nn::Module& owner) {
  first_rows_ = {0};
  for (const auto& part : options_.parts) {
    TORCH_CHECK(part.out_features > 0, "StackedLinear: out_features of ", part.name,
                " must be positive, got ", part.out_features);
    first_rows_.push_back(first_rows_.back() + part.out_features);
  }
  raw_weight_ = torch::zeros({first_rows_.back(), options_.in_features});
  effective_weight_ =
      options_.kind == LinearKind::kPlain ? raw_weight_ : torch::zeros_like(raw_weight_);
  if (options_.bias) bias_ = torch::zeros({first_rows_.back()});
  for (size_t i = 0; i < options_.parts.size(); ++i) {
    const auto index = static_cast<int64_t>(i);
    LinearPart part(rows_of_parts(raw_weight_, index, 1),
                    options_.bias ? rows_of_parts(bias_, index, 1) : torch::Tensor());
    parts_.push_back(owner.register_module(options_.parts[i].name, part));
  }
}

void StackedLinear::make_groups() {
  if (options_.kind == LinearKind::kPlain) return;
  int64_t part = 0;
  for (const int64_t count : options_.groups) {
    const int64_t rows = first_rows_[part + count] - first_rows_[part];
    Group group{.first_part = part,
                .parts = count,
                .raw = rows_of_parts(raw_weight_, part, count),
                .effective = rows_of_parts(effective_weight_, part, count),
                .parametrization = make_parametrization(options_.kind, rows, options_.in_features,
                                                        options_.gamma_start)};
    for (const auto& [name, tensor] : group.parametrization->own_parameters()) {
      parts_[part]->register_parameter(name, tensor, /*requires_grad=*/false);
    }
    for (const auto& [name, tensor] : group.parametrization->buffers()) {
      parts_[part]->register_buffer(name, tensor);
    }
    groups_.push_back(std::move(group));
    part += count;
  }
}

void StackedLinear::make_products() {
  int64_t part = 0;
  for (const int64_t count : options_.products) {
    weight_leaves_.push_back(
        rows_of_parts(effective_weight_, part, count).detach().set_requires_grad(true));
    bias_leaves_.push_back(options_.bias
                               ? rows_of_parts(bias_, part, count).detach().set_requires_grad(true)
                               : torch::Tensor());
    part += count;
  }
}

torch::Tensor StackedLinear::rows_of_parts(const torch::Tensor& all, int64_t first,
                                           int64_t count) const {
  return all.narrow(0, first_rows_[first], first_rows_[first + count] - first_rows_[first]);
}

void StackedLinear::move_to(torch::Device device) {
  const torch::NoGradGuard no_grad;
  raw_weight_ = raw_weight_.to(device);
  effective_weight_ = groups_.empty() ? raw_weight_ : effective_weight_.to(device);
  if (options_.bias) bias_ = bias_.to(device);
  for (size_t i = 0; i < parts_.size(); ++i) {
    parts_[i]->weight.set_data(rows_of_parts(raw_weight_, i, 1));
    if (options_.bias) parts_[i]->bias.set_data(rows_of_parts(bias_, i, 1));
  }
  for (Group& group : groups_) {
    group.raw = rows_of_parts(raw_weight_, group.first_part, group.parts);
    group.effective = rows_of_parts(effective_weight_, group.first_part, group.parts);
    for (const auto& [name, tensor] : group.parametrization->own_parameters()) {
      tensor.set_data(tensor.to(device));
    }
    for (const auto& [name, tensor] : group.parametrization->buffers()) {
      tensor.set_data(tensor.to(device));
    }
  }
  int64_t part = 0;
  for (size_t product = 0; product < weight_leaves_.size(); ++product) {
    const int64_t count = options_.products[product];
    weight_leaves_[product].set_data(rows_of_parts(effective_weight_, part, count));
    if (options_.bias) bias_leaves_[product].set_data(rows_of_parts(bias_, part, count));
    part += count;
  }
  refresh();
}

torch::Tensor StackedLinear::forward(const torch::Tensor& x, size_t product) const {
  TORCH_CHECK(x.dim() >= 1 && x.size(-1) == options_.in_features, options_.parts[0].name,
              ": input must end in ", options_.in_features, " features, got shape ", x.sizes());
  return at::linear(x, weight_leaves_[product], bias_leaves_[product]);
}

torch::Tensor StackedLinear::graph(const torch::Tensor& x) const {
  return kernels::linear_graph(x, weight_leaves_[0], bias_leaves_[0]);
}

torch::Tensor StackedLinear::effective_weight(size_t index) const {
  return rows_of_parts(effective_weight_, static_cast<int64_t>(index), 1);
}

void StackedLinear::initialize_parametrization() {
  for (const Group& group : groups_) group.parametrization->initialize(group.raw);
  refresh();
}

void StackedLinear::match_weights() {
  for (const Group& group : groups_) group.parametrization->match(group.raw);
  refresh();
}

void StackedLinear::refresh() {
  for (Group& group : groups_) group.parametrization->write_effective(group.raw, group.effective);
}

void StackedLinear::advance(int64_t power_steps) {
  RECORD_USER_SCOPE("power step, new weights");
  for (const Group& group : groups_) group.parametrization->advance(group.raw, power_steps);
  refresh();
}

torch::Tensor StackedLinear::differentiable_weight() const {
  std::vector<torch::Tensor> raw;
  for (const LinearPart& part : parts_) raw.push_back(part->weight.set_requires_grad(true));
  if (groups_.empty()) return at::cat(raw);
  std::vector<torch::Tensor> effective;
  for (const Group& group : groups_) {
    for (const auto& [name, tensor] : group.parametrization->own_parameters()) {
      tensor.set_requires_grad(true);
    }
    const auto first = raw.begin() + group.first_part;
    effective.push_back(group.parametrization->effective_weight(
        at::cat(std::vector<torch::Tensor>(first, first + group.parts))));
  }
  return at::cat(effective);
}

void StackedLinear::read_parameters() {
  const torch::AutoGradMode with_gradients(true);
  const torch::Tensor weight = differentiable_weight();
  std::vector<torch::Tensor> biases;
  for (const LinearPart& part : parts_) {
    if (options_.bias) biases.push_back(part->bias.set_requires_grad(true));
  }
  int64_t part = 0;
  for (size_t product = 0; product < weight_leaves_.size(); ++product) {
    const int64_t first = first_rows_[part];
    part += options_.products[product];
    const int64_t rows = first_rows_[part] - first;
    weight_leaves_[product] = rows_of(weight, first, rows);
    if (options_.bias) bias_leaves_[product] = rows_of(at::cat(biases), first, rows);
  }
}

void StackedLinear::hand_gradients_to_parts() {
  int64_t part = 0;
  for (size_t product = 0; product < weight_leaves_.size(); ++product) {
    const torch::Tensor weight = take_gradient(weight_leaves_[product]);
    const torch::Tensor bias =
        options_.bias ? take_gradient(bias_leaves_[product]) : torch::Tensor();
    const int64_t product_row = first_rows_[part];
    for (const int64_t end = part + options_.products[product]; part < end; ++part) {
      const int64_t first = first_rows_[part] - product_row;
      const int64_t rows = first_rows_[part + 1] - first_rows_[part];
      parts_[part]->weight.mutable_grad() = rows_of(weight, first, rows);
      if (options_.bias) parts_[part]->bias.mutable_grad() = rows_of(bias, first, rows);
    }
  }
}

void StackedLinear::pull_gradients_back() {
  const torch::NoGradGuard no_grad;
  hand_gradients_to_parts();
  std::vector<torch::Tensor> gradient;
  for (const Group& group : groups_) {
    gradient.clear();
    for (int64_t i = 0; i < group.parts; ++i) {
      gradient.push_back(parts_[group.first_part + i]->weight.grad());
    }
    group.parametrization->pull_back(group.raw, gradient);
  }
}

std::vector<torch::Tensor> StackedLinear::leaves() const {
  std::vector<torch::Tensor> all = weight_leaves_;
  if (options_.bias) all.insert(all.end(), bias_leaves_.begin(), bias_leaves_.end());
  return all;
}

StackedLinearOptions single_linear(const std::string& name, int64_t in_features,
                                   int64_t out_features, const BlockOptions& block) {
  return {.in_features = in_features,
          .parts = {{.name = name, .out_features = out_features}},
          .kind = block.architecture.linear,
          .gamma_start = gamma_start(block)};
}

}  // namespace nmt::layers
