#include "layers/kernels/linear_graph.h"

#include <torch/autograd.h>

#include <limits>

namespace nmt::kernels {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

class LinearGraph : public torch::autograd::Function<LinearGraph> {
 public:
  static torch::Tensor forward(AutogradContext* context, const torch::Tensor& x,
                               const torch::Tensor& weight, const torch::Tensor& bias) {
    context->save_for_backward({x, weight});
    const auto options = bias.options().requires_grad(false);
    return torch::full({1, 1}, std::numeric_limits<double>::quiet_NaN(), options)
        .expand({x.size(0), weight.size(0)});
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const variable_list saved = context->get_saved_variables();
    const torch::Tensor& grad = gradients[0];
    return {grad.mm(saved[1]), grad.t().mm(saved[0]), grad.sum(0)};
  }
};

}  // namespace

torch::Tensor linear_graph(const torch::Tensor& x, const torch::Tensor& weight,
                           const torch::Tensor& bias) {
  TORCH_CHECK(x.dim() == 2, "linear_graph: needs a matrix, got shape ", x.sizes());
  return LinearGraph::apply(x, weight, bias);
}

}  // namespace nmt::kernels
