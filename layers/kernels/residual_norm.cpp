#include "layers/kernels/residual_norm.h"

#include "layers/kernels/dropout.h"
#include "layers/kernels/residual_norm_cpu.h"
#include "layers/kernels/row_chunks.h"

namespace nmt::kernels {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

struct Numbers {
  double alpha;
  Dropout dropout;
  double eps;

  ResidualRows chunk(int64_t first, int64_t rows, int64_t size) const {
    return {.rows = static_cast<size_t>(rows),
            .size = static_cast<size_t>(size),
            .alpha = static_cast<float>(alpha),
            .eps = static_cast<float>(eps),
            .dropout = dropout.probability,
            .dropout_seed = dropout.seed,
            .first_element = static_cast<uint64_t>(first * size)};
  }
};

class ResidualNorm : public torch::autograd::Function<ResidualNorm> {
 public:
  static torch::Tensor forward(AutogradContext* context, const torch::Tensor& x_in,
                               const torch::Tensor& branch_in, const torch::Tensor& gain,
                               const torch::Tensor& bias, const Numbers& numbers) {
    const torch::Tensor x = x_in.contiguous(), branch = branch_in.contiguous();
    const int64_t size = x.size(-1), rows = x.numel() / size;
    const torch::Tensor sum = torch::empty_like(x), out = torch::empty_like(x);
    const torch::Tensor mean = torch::empty({rows}, x.options());
    const torch::Tensor inverse = torch::empty({rows}, x.options());
    for_each_chunk(rows, [&](int64_t, int64_t first, int64_t count) {
      const int64_t at = first * size;
      residual_norm_rows(numbers.chunk(first, count, size), x.const_data_ptr<float>() + at,
                         branch.const_data_ptr<float>() + at, gain.const_data_ptr<float>(),
                         bias.const_data_ptr<float>(), sum.mutable_data_ptr<float>() + at,
                         out.mutable_data_ptr<float>() + at, mean.mutable_data_ptr<float>() + first,
                         inverse.mutable_data_ptr<float>() + first);
    });
    context->save_for_backward({sum, mean, inverse, gain});
    context->saved_data["alpha"] = numbers.alpha;
    context->saved_data["dropout"] = numbers.dropout.probability;
    context->saved_data["dropout_seed"] = static_cast<int64_t>(numbers.dropout.seed);
    context->saved_data["eps"] = numbers.eps;
    return out;
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    TORCH_CHECK(!torch::GradMode::is_enabled(),
                "residual_norm: the fused form can be differentiated once only; use the reference "
                "(--backend reference)");
    const variable_list saved = context->get_saved_variables();
    auto& data = context->saved_data;
    const Numbers numbers{.alpha = data["alpha"].toDouble(),
                          .dropout = {data["dropout"].toDouble(),
                                      static_cast<uint64_t>(data["dropout_seed"].toInt())},
                          .eps = data["eps"].toDouble()};
    return backward_pass(saved, gradients[0].contiguous(), numbers);
  }

 private:
  static variable_list backward_pass(const variable_list& saved, const torch::Tensor& grad_out,
                                     const Numbers& numbers) {
    const torch::Tensor &sum = saved[0], &mean = saved[1], &inverse = saved[2], &gain = saved[3];
    const int64_t size = sum.size(-1), rows = sum.numel() / size;
    const bool same = numbers.alpha == 1.0 && numbers.dropout.probability == 0.0;
    const torch::Tensor grad_branch = torch::empty_like(sum);
    const torch::Tensor grad_x = same ? grad_branch : torch::empty_like(sum);
    const int64_t chunks = chunk_count(rows);
    const torch::Tensor parts = torch::zeros({2, chunks, size}, sum.options());
    for_each_chunk(rows, [&](int64_t chunk, int64_t first, int64_t count) {
      const int64_t at = first * size;
      float* part = parts.mutable_data_ptr<float>() + chunk * size;
      residual_norm_rows_backward(
          numbers.chunk(first, count, size), grad_out.const_data_ptr<float>() + at,
          sum.const_data_ptr<float>() + at, mean.const_data_ptr<float>() + first,
          inverse.const_data_ptr<float>() + first, gain.const_data_ptr<float>(),
          {.x = same ? nullptr : grad_x.mutable_data_ptr<float>() + at,
           .branch = grad_branch.mutable_data_ptr<float>() + at,
           .gain = part,
           .bias = part + chunks * size});
    });
    const torch::Tensor sums = chunks == 1 ? parts.select(1, 0) : parts.sum(1);
    return {grad_x, grad_branch, sums[0], sums[1], {}};
  }
};

void check(const ResidualInputs& in, const LayerNormInputs& norm) {
  TORCH_CHECK(in.x.sizes() == in.branch.sizes(),
              "residual_norm: x and branch must have one shape, got ", in.x.sizes(), " and ",
              in.branch.sizes());
  TORCH_CHECK(norm.gain.dim() == 1 && norm.gain.size(0) == in.x.size(-1) &&
                  norm.gain.sizes() == norm.bias.sizes(),
              "residual_norm: gain and bias must have the ", in.x.size(-1),
              " numbers of a row, got ", norm.gain.sizes(), " and ", norm.bias.sizes());
}

}  // namespace

torch::Tensor residual_sum(const ResidualInputs& in) {
  torch::Tensor branch = in.branch;
  if (in.dropout.probability > 0.0) {
    branch = branch * dropout_mask(branch.sizes(), branch.scalar_type(), in.dropout);
  }
  return at::add(branch, in.x, in.alpha);
}

torch::Tensor residual_norm_reference(const ResidualInputs& in, const LayerNormInputs& norm) {
  check(in, norm);
  return at::layer_norm(residual_sum(in), {in.x.size(-1)}, norm.gain, norm.bias, norm.eps);
}

torch::Tensor residual_norm(const ResidualInputs& in, const LayerNormInputs& norm) {
  check(in, norm);
  const auto is_fused = [](const torch::Tensor& x) {
    return x.device().is_cpu() && x.scalar_type() == torch::kFloat32;
  };
  if (!is_fused(in.x) || !is_fused(in.branch) || !is_fused(norm.gain) || in.x.numel() == 0) {
    return residual_norm_reference(in, norm);
  }
  return ResidualNorm::apply(in.x, in.branch, norm.gain.contiguous(), norm.bias.contiguous(),
                             Numbers{in.alpha, in.dropout, norm.eps});
}

}  // namespace nmt::kernels
