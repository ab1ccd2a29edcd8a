#include "layers/kernels/linear_relu.h"

#include "layers/kernels/dropout.h"
#include "layers/kernels/linear_relu_cpu.h"
#include "layers/kernels/row_chunks.h"

namespace nmt::kernels {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

torch::Tensor as_matrix(const torch::Tensor& x) {
  return x.reshape({-1, x.size(-1)});
}

class LinearRelu : public torch::autograd::Function<LinearRelu> {
 public:
  static torch::Tensor forward(AutogradContext* context, const torch::Tensor& x,
                               const torch::Tensor& weight, const torch::Tensor& bias,
                               const Dropout& dropout) {
    const torch::Tensor y = at::linear(x, weight).contiguous();
    const int64_t size = y.size(-1);
    float* values = y.mutable_data_ptr<float>();
    for_each_chunk(y.numel() / size, [&](int64_t, int64_t first, int64_t rows) {
      add_bias_relu_drop(values + first * size, bias.const_data_ptr<float>(), rows, size,
                         dropout.probability, dropout.seed, first * size);
    });
    context->save_for_backward({x, weight, y});
    context->saved_data["dropout"] = dropout.probability;
    return y;
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    TORCH_CHECK(!torch::GradMode::is_enabled(),
                "linear_relu: the fused form can be differentiated once only; use the reference "
                "(--backend reference)");
    const variable_list saved = context->get_saved_variables();
    const torch::Tensor &x = saved[0], &weight = saved[1], &y = saved[2];
    const torch::Tensor grad_y = gradients[0].contiguous();
    const int64_t size = y.size(-1), rows = y.numel() / size;
    const float keep = static_cast<float>(1.0 / (1.0 - context->saved_data["dropout"].toDouble()));
    const torch::Tensor grad_product = torch::empty_like(y);
    const torch::Tensor parts = torch::zeros({chunk_count(rows), size}, y.options());
    for_each_chunk(rows, [&](int64_t chunk, int64_t first, int64_t count) {
      const int64_t at = first * size;
      relu_backward(y.const_data_ptr<float>() + at, grad_y.const_data_ptr<float>() + at, count,
                    size, keep, grad_product.mutable_data_ptr<float>() + at,
                    parts.mutable_data_ptr<float>() + chunk * size);
    });
    torch::Tensor grad_x, grad_weight;
    if (context->needs_input_grad(0)) grad_x = at::matmul(grad_product, weight);
    if (context->needs_input_grad(1)) {
      grad_weight = at::mm(as_matrix(grad_product).t(), as_matrix(x));
    }
    return {grad_x, grad_weight, parts.size(0) == 1 ? parts[0] : parts.sum(0), {}};
  }
};

void check(const LinearReluInputs& in) {
  TORCH_CHECK(in.weight.dim() == 2 && in.x.size(-1) == in.weight.size(1),
              "linear_relu: x must end in the weight's ", in.weight.size(-1), " inputs, got ",
              in.x.sizes(), " and ", in.weight.sizes());
  TORCH_CHECK(in.bias.dim() == 1 && in.bias.size(0) == in.weight.size(0),
              "linear_relu: the bias must have the weight's ", in.weight.size(0), " outputs, got ",
              in.bias.sizes());
}

}  // namespace

torch::Tensor linear_relu_reference(const LinearReluInputs& in) {
  check(in);
  const torch::Tensor y = at::relu(at::linear(in.x, in.weight, in.bias));
  if (in.dropout.probability == 0.0) return y;
  return y * dropout_mask(y.sizes(), y.scalar_type(), in.dropout);
}

torch::Tensor linear_relu(const LinearReluInputs& in) {
  check(in);
  for (const torch::Tensor* one : {&in.x, &in.weight, &in.bias}) {
    if (!one->device().is_cpu() || one->scalar_type() != torch::kFloat32 || one->numel() == 0) {
      return linear_relu_reference(in);
    }
  }
  return LinearRelu::apply(in.x, in.weight, in.bias.contiguous(), in.dropout);
}

}  // namespace nmt::kernels
