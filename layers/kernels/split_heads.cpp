#include "layers/kernels/split_heads.h"

namespace nmt::kernels {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// Whether `b` lies right behind `a` in every row of one product.
bool lies_beside(const torch::Tensor& a, const torch::Tensor& b) {
  const int64_t row = a.size(-2) * a.size(-1);
  return a.sizes() == b.sizes() && a.strides() == b.strides() && a.is_alias_of(b) &&
         a.stride(-1) == 1 && a.stride(-2) == a.size(-1) &&
         b.storage_offset() == a.storage_offset() + row;
}

// The product of which `parts` are all the parts; undefined if there is none.
torch::Tensor product_of(const variable_list& parts) {
  const torch::Tensor& first = parts[0];
  if (!first.defined()) return {};
  for (size_t i = 1; i < parts.size(); ++i) {
    if (!parts[i].defined() || !lies_beside(parts[i - 1], parts[i])) return {};
  }
  const int64_t width = first.size(-2) * first.size(-1) * static_cast<int64_t>(parts.size());
  std::vector<int64_t> sizes = first.sizes().vec(), strides = first.strides().vec();
  sizes.pop_back();
  strides.pop_back();
  sizes.back() = width;
  strides.back() = 1;
  if (strides.size() > 1 && strides[strides.size() - 2] != width) return {};
  return first.as_strided(sizes, strides, first.storage_offset());
}

class SplitHeads : public torch::autograd::Function<SplitHeads> {
 public:
  static variable_list forward(AutogradContext* context, const torch::Tensor& product,
                               int64_t parts, int64_t heads) {
    std::vector<int64_t> sizes = product.sizes().vec();
    const int64_t width = sizes.back() / parts;
    sizes.back() = heads;
    sizes.push_back(width / heads);
    variable_list views;
    for (int64_t i = 0; i < parts; ++i) {
      views.push_back(product.narrow(-1, i * width, width).view(sizes));
    }
    context->saved_data["sizes"] = sizes;
    context->set_materialize_grads(false);
    return views;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    if (!torch::GradMode::is_enabled()) {
      const torch::Tensor product = product_of(gradients);
      if (product.defined()) return {product, {}, {}};
    }
    const std::vector<int64_t> sizes = context->saved_data["sizes"].toIntVector();
    torch::TensorOptions options;
    for (const torch::Tensor& one : gradients) {
      if (one.defined()) options = one.options();
    }
    for (torch::Tensor& one : gradients) {
      if (!one.defined()) one = torch::zeros(sizes, options);
    }
    return {at::stack(gradients, -3).flatten(-3), {}, {}};
  }
};

}  // namespace

std::vector<torch::Tensor> split_heads(const torch::Tensor& product, int64_t parts, int64_t heads) {
  TORCH_CHECK(parts > 0 && heads > 0 && product.size(-1) % (parts * heads) == 0,
              "split_heads: ", parts, " parts of ", heads, " heads do not divide the last side of ",
              product.sizes());
  return SplitHeads::apply(product, parts, heads);
}

std::vector<torch::Tensor> empty_like_parts(const std::vector<torch::Tensor>& parts) {
  std::vector<torch::Tensor> result;
  for (size_t first = 0; first < parts.size();) {
    size_t end = first + 1;
    while (end < parts.size() && lies_beside(parts[end - 1], parts[end])) ++end;
    std::vector<int64_t> sizes = parts[first].sizes().vec();
    sizes.insert(sizes.end() - 2, static_cast<int64_t>(end - first));
    const torch::Tensor product = torch::empty(sizes, parts[first].options());
    for (size_t i = first; i < end; ++i) {
      result.push_back(product.select(-3, static_cast<int64_t>(i - first)));
    }
    first = end;
  }
  return result;
}

}  // namespace nmt::kernels
