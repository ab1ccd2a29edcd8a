#include "layers/linear.h"

#include <numeric>

#include "layers/sigma_parametrization.h"

namespace nmt::layers {
namespace {

torch::Tensor rows_of(const std::vector<torch::Tensor>& leaves) {
  std::vector<torch::Tensor> gradients;
  for (const torch::Tensor& leaf : leaves) {
    gradients.push_back(leaf.grad().defined() ? leaf.grad() : torch::zeros_like(leaf));
  }
  return gradients.size() == 1 ? gradients[0] : at::cat(gradients);
}

int64_t sum(const std::vector<int64_t>& counts) {
  return std::accumulate(counts.begin(), counts.end(), int64_t{0});
}

}  // namespace

std::unique_ptr<WeightParametrization> make_parametrization(LinearKind kind, int64_t columns,
                                                            std::optional<double> gamma_start) {
  switch (kind) {
    case LinearKind::kPlain:
      return nullptr;
    case LinearKind::kSigma:
      return std::make_unique<SigmaParametrization>(columns, gamma_start);
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
    const int64_t first = first_rows_[i];
    const int64_t rows = first_rows_[i + 1] - first;
    LinearPart part(raw_weight_.narrow(0, first, rows),
                    options_.bias ? bias_.narrow(0, first, rows) : torch::Tensor());
    parts_.push_back(owner.register_module(options_.parts[i].name, part));
  }
}

void StackedLinear::make_groups() {
  if (options_.kind == LinearKind::kPlain) return;
  int64_t part = 0;
  for (const int64_t count : options_.groups) {
    Group group{.first_part = part,
                .first_row = first_rows_[part],
                .rows = first_rows_[part + count] - first_rows_[part],
                .parametrization = make_parametrization(options_.kind, options_.in_features,
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
    const int64_t first = first_rows_[part];
    const int64_t rows = first_rows_[part + count] - first;
    weight_leaves_.push_back(
        effective_weight_.narrow(0, first, rows).detach().set_requires_grad(true));
    bias_leaves_.push_back(options_.bias
                               ? bias_.narrow(0, first, rows).detach().set_requires_grad(true)
                               : torch::Tensor());
    part += count;
  }
}

torch::Tensor StackedLinear::forward(const torch::Tensor& x, size_t product) const {
  TORCH_CHECK(x.dim() >= 1 && x.size(-1) == options_.in_features, options_.parts[0].name,
              ": input must end in ", options_.in_features, " features, got shape ", x.sizes());
  return at::linear(x, weight_leaves_[product], bias_leaves_[product]);
}

torch::Tensor StackedLinear::raw_weight(const Group& group) const {
  return raw_weight_.narrow(0, group.first_row, group.rows);
}

torch::Tensor StackedLinear::effective_weight(size_t index) const {
  return effective_weight_.narrow(0, first_rows_[index],
                                  first_rows_[index + 1] - first_rows_[index]);
}

void StackedLinear::initialize_parametrization() {
  for (const Group& group : groups_) group.parametrization->initialize(raw_weight(group));
  refresh();
}

void StackedLinear::refresh() {
  for (const Group& group : groups_) {
    torch::Tensor rows = effective_weight_.narrow(0, group.first_row, group.rows);
    group.parametrization->write_effective(raw_weight(group), rows);
  }
}

void StackedLinear::advance() {
  for (const Group& group : groups_) group.parametrization->advance(raw_weight(group));
  refresh();
}

void StackedLinear::pull_gradients_back() {
  torch::Tensor weight_gradient = rows_of(weight_leaves_);
  if (!groups_.empty()) {
    std::vector<torch::Tensor> pulled;
    for (const Group& group : groups_) {
      pulled.push_back(group.parametrization->pull_back(
          raw_weight(group), weight_gradient.narrow(0, group.first_row, group.rows)));
    }
    weight_gradient = pulled.size() == 1 ? pulled[0] : at::cat(pulled);
  }
  const torch::Tensor bias_gradient = options_.bias ? rows_of(bias_leaves_) : torch::Tensor();
  for (size_t i = 0; i < parts_.size(); ++i) {
    const int64_t rows = first_rows_[i + 1] - first_rows_[i];
    parts_[i]->weight.mutable_grad() = weight_gradient.narrow(0, first_rows_[i], rows);
    if (options_.bias) {
      parts_[i]->bias.mutable_grad() = bias_gradient.narrow(0, first_rows_[i], rows);
    }
  }
}

std::vector<torch::Tensor> StackedLinear::leaves() const {
  std::vector<torch::Tensor> all = weight_leaves_;
  if (options_.bias) all.insert(all.end(), bias_leaves_.begin(), bias_leaves_.end());
  return all;
}

StackedLinearOptions single_linear(const std::string& name, int64_t in_features,
                                   int64_t out_features, LinearKind kind,
                                   std::optional<double> gamma_start) {
  return {.in_features = in_features,
          .parts = {{.name = name, .out_features = out_features}},
          .kind = kind,
          .gamma_start = gamma_start};
}

}  // namespace nmt::layers
