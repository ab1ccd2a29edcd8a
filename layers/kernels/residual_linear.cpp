#include "layers/kernels/residual_linear.h"

#include <ATen/record_function.h>

#include "layers/kernels/dropout.h"
#include "layers/kernels/linear_relu_cpu.h"
#include "layers/kernels/optional_tensor.h"
#include "layers/kernels/residual_norm_cpu.h"
#include "layers/kernels/row_chunks.h"

namespace nmt::kernels {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

OptionalTensor optional_contiguous(const torch::Tensor& x) {
  return optional_tensor(x.defined() ? x.contiguous() : x);
}

struct Numbers : torch::CustomClassHolder {
  explicit Numbers(const ResidualLinearInputs& in)
      : alpha(in.residual.branch.defined() ? in.residual.alpha : 1.0),
        dropout(in.residual.dropout),
        eps(in.norm.eps),
        relu(in.linear.relu),
        relu_dropout(in.linear.dropout),
        normed_stream(in.normed_stream) {}

  ResidualRows rows(int64_t first, int64_t count, int64_t size) const {
    return {.rows = static_cast<size_t>(count),
            .size = static_cast<size_t>(size),
            .alpha = static_cast<float>(alpha),
            .eps = static_cast<float>(eps),
            .dropout = dropout.probability,
            .dropout_seed = dropout.seed,
            .first_element = static_cast<uint64_t>((dropout.first_row + first) * size)};
  }

  double alpha;
  Dropout dropout;
  double eps;
  bool relu;
  Dropout relu_dropout;
  bool normed_stream;
};

const float* read(const torch::Tensor& x, int64_t at = 0) {
  return x.defined() ? x.const_data_ptr<float>() + at : nullptr;
}

float* write(const torch::Tensor& x, int64_t at = 0) {
  return x.defined() ? x.mutable_data_ptr<float>() + at : nullptr;
}

torch::Tensor as_matrix(const torch::Tensor& x) {
  return x.dim() == 2 ? x : x.reshape({-1, x.size(-1)});
}

torch::Tensor sum_of_chunks(const torch::Tensor& parts) {
  return parts.size(0) == 1 ? parts[0] : parts.sum(0);
}

// s and n with what the backward pass needs of the norm; n is s without one.
struct Normed {
  torch::Tensor sum, out, mean, inverse;
};

Normed sum_and_norm(const torch::Tensor& x, const torch::Tensor& branch, const torch::Tensor& gain,
                    const torch::Tensor& bias, const Numbers& numbers) {
  RECORD_USER_SCOPE("skip, dropout, norm, forward");
  const int64_t size = x.size(-1), rows = x.numel() / size;
  Normed result;
  result.sum = branch.defined() ? torch::empty_like(x) : x;
  result.out = gain.defined() ? torch::empty_like(x) : result.sum;
  if (gain.defined()) {
    result.mean = torch::empty({rows}, x.options());
    result.inverse = torch::empty({rows}, x.options());
  } else if (!branch.defined()) {
    return result;
  }
  for_each_chunk(rows, [&](int64_t, int64_t first, int64_t count) {
    const int64_t at = first * size;
    const ResidualRows chunk = numbers.rows(first, count, size);
    if (!gain.defined()) {
      residual_sum_rows(chunk, read(x, at), read(branch, at), write(result.sum, at));
    } else if (!branch.defined()) {
      norm_rows(chunk, read(x, at), read(gain), read(bias), write(result.out, at),
                write(result.mean, first), write(result.inverse, first));
    } else {
      residual_norm_rows(chunk, read(x, at), read(branch, at), read(gain), read(bias),
                         write(result.sum, at), write(result.out, at), write(result.mean, first),
                         write(result.inverse, first));
    }
  });
  return result;
}

torch::Tensor normed_again(const torch::Tensor& sum, const torch::Tensor& mean,
                           const torch::Tensor& inverse, const torch::Tensor& gain,
                           const torch::Tensor& bias, const Numbers& numbers) {
  if (!gain.defined()) return sum;
  RECORD_USER_SCOPE("norm, again");
  const torch::Tensor out = torch::empty_like(sum);
  const int64_t size = sum.size(-1);
  for_each_chunk(sum.numel() / size, [&](int64_t, int64_t first, int64_t count) {
    norm_rows_again(numbers.rows(first, count, size), read(sum, first * size), read(mean, first),
                    read(inverse, first), read(gain), read(bias), write(out, first * size));
  });
  return out;
}

torch::Tensor product(const torch::Tensor& x, const torch::Tensor& weight,
                      const torch::Tensor& bias, const Numbers& numbers) {
  if (!numbers.relu) return at::linear(x, weight, bias);
  const torch::Tensor y = at::linear(x, weight).contiguous();
  RECORD_USER_SCOPE("bias, ReLU, dropout, forward");
  const int64_t size = y.size(-1);
  for_each_chunk(y.numel() / size, [&](int64_t, int64_t first, int64_t rows) {
    add_bias_relu_drop(write(y, first * size), read(bias), rows, size,
                       numbers.relu_dropout.probability, numbers.relu_dropout.seed,
                       (numbers.relu_dropout.first_row + first) * size);
  });
  return y;
}

// The gradients in front of the ReLU and of the bias.
std::pair<torch::Tensor, torch::Tensor> product_gradients(const torch::Tensor& y,
                                                          const torch::Tensor& grad_y,
                                                          const Numbers& numbers) {
  if (!numbers.relu) return {grad_y, as_matrix(grad_y).sum(0)};
  RECORD_USER_SCOPE("bias, ReLU, dropout, backward");
  const int64_t size = y.size(-1), rows = y.numel() / size;
  const float keep = static_cast<float>(1.0 / (1.0 - numbers.relu_dropout.probability));
  const torch::Tensor grad_product = torch::empty_like(y);
  const torch::Tensor parts = torch::zeros({chunk_count(rows), size}, y.options());
  for_each_chunk(rows, [&](int64_t chunk, int64_t first, int64_t count) {
    const int64_t at = first * size;
    relu_backward(read(y, at), read(grad_y, at), count, size, keep, write(grad_product, at),
                  write(parts, chunk * size));
  });
  return {grad_product, sum_of_chunks(parts)};
}

struct Saved {
  torch::Tensor sum, mean, inverse, gain, norm_bias, weight, y;
};

// dx, df, dg and db from dn and the gradient of the skip path.
variable_list residual_gradients(const Saved& saved, const torch::Tensor& grad_normed,
                                 const torch::Tensor& grad_stream, bool has_branch,
                                 const Numbers& numbers) {
  const torch::Tensor& sum = saved.sum;
  const bool normed = saved.gain.defined();
  if (!normed && !has_branch) return {grad_normed, {}, {}, {}};
  RECORD_USER_SCOPE("skip, dropout, norm, backward");
  const bool same = has_branch && numbers.alpha == 1.0 && numbers.dropout.probability == 0.0;
  const torch::Tensor grad_branch = has_branch ? torch::empty_like(sum) : torch::Tensor();
  const torch::Tensor grad_x = same ? torch::Tensor() : torch::empty_like(sum);
  const int64_t size = sum.size(-1), rows = sum.numel() / size, chunks = chunk_count(rows);
  const torch::Tensor parts =
      normed ? torch::zeros({2, chunks, size}, sum.options()) : torch::Tensor();
  const bool beside_norm = !(normed && numbers.normed_stream);
  for_each_chunk(rows, [&](int64_t chunk, int64_t first, int64_t count) {
    const int64_t at = first * size;
    const ResidualRows part = numbers.rows(first, count, size);
    const ResidualGradients gradients{.x = write(grad_x, at), .branch = write(grad_branch, at)};
    if (!normed) {
      residual_sum_rows_backward(part, read(grad_normed, at), read(grad_stream, at), gradients);
      return;
    }
    residual_norm_rows_backward(
        part,
        {.sum = read(sum, at),
         .mean = read(saved.mean, first),
         .inverse_deviation = read(saved.inverse, first),
         .gain = read(saved.gain),
         .grad_out = read(grad_normed, at),
         .grad_out_2 = beside_norm ? nullptr : read(grad_stream, at),
         .grad_stream = beside_norm ? read(grad_stream, at) : nullptr},
        gradients,
        {.gain = write(parts, chunk * size), .bias = write(parts, (chunks + chunk) * size)});
  });
  variable_list result = {same ? grad_branch : grad_x, grad_branch, {}, {}};
  if (normed) {
    result[2] = sum_of_chunks(parts[0]);
    result[3] = sum_of_chunks(parts[1]);
  }
  return result;
}

class ResidualLinear : public torch::autograd::Function<ResidualLinear> {
 public:
  // {y, stream} if there is a product and the stream is not x, else {y}.
  static variable_list forward(AutogradContext* context, const torch::Tensor& x,
                               const OptionalTensor& branch_in, const OptionalTensor& gain_in,
                               const OptionalTensor& norm_bias_in, const OptionalTensor& weight_in,
                               const OptionalTensor& bias_in,
                               const c10::intrusive_ptr<Numbers>& numbers) {
    const torch::Tensor branch = tensor_or_undefined(branch_in),
                        gain = tensor_or_undefined(gain_in);
    const torch::Tensor norm_bias = tensor_or_undefined(norm_bias_in);
    const torch::Tensor weight = tensor_or_undefined(weight_in),
                        bias = tensor_or_undefined(bias_in);
    const Normed normed = sum_and_norm(x, branch, gain, norm_bias, *numbers);
    variable_list outputs = {weight.defined() ? product(normed.out, weight, bias, *numbers)
                                              : normed.out};
    if (weight.defined() && (branch.defined() || (gain.defined() && numbers->normed_stream))) {
      outputs.push_back(numbers->normed_stream ? normed.out : normed.sum);
    }
    context->save_for_backward({normed.sum, normed.mean, normed.inverse, gain, norm_bias, weight,
                                numbers->relu ? outputs[0] : torch::Tensor()});
    context->saved_data["numbers"] = c10::IValue::make_capsule(numbers);
    context->saved_data["branch"] = branch.defined();
    context->set_materialize_grads(false);
    return outputs;
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    TORCH_CHECK(!torch::GradMode::is_enabled(),
                "residual_linear: the fused form can be differentiated once only; use the "
                "reference (--backend reference)");
    const c10::intrusive_ptr<torch::CustomClassHolder> capsule =
        context->saved_data["numbers"].toCapsule();
    const Numbers& numbers = static_cast<const Numbers&>(*capsule);
    const variable_list kept = context->get_saved_variables();
    const Saved saved{kept[0], kept[1], kept[2], kept[3], kept[4], kept[5], kept[6]};
    const bool has_branch = context->saved_data["branch"].toBool();
    const torch::Tensor grad_stream = gradients.size() > 1 && gradients[1].defined()
                                          ? gradients[1].contiguous()
                                          : torch::Tensor();
    variable_list result(7);
    torch::Tensor grad_normed = contiguous_or_zeros(gradients[0], saved);
    if (saved.weight.defined()) {
      grad_normed = linear_gradients(saved, grad_normed, numbers, result);
    }
    const variable_list residual =
        residual_gradients(saved, grad_normed, grad_stream, has_branch, numbers);
    std::copy(residual.begin(), residual.end(), result.begin());
    return result;
  }

 private:
  static torch::Tensor contiguous_or_zeros(const torch::Tensor& grad_y, const Saved& saved) {
    if (grad_y.defined()) return grad_y.contiguous();
    std::vector<int64_t> sizes = saved.sum.sizes().vec();
    if (saved.weight.defined()) sizes.back() = saved.weight.size(0);
    return torch::zeros(sizes, saved.sum.options());
  }

  // Sets the gradients of the weight and its bias in `result`; returns dn.
  static torch::Tensor linear_gradients(const Saved& saved, const torch::Tensor& grad_y,
                                        const Numbers& numbers, variable_list& result) {
    const auto [grad_product, grad_bias] = product_gradients(saved.y, grad_y, numbers);
    const torch::Tensor normed =
        normed_again(saved.sum, saved.mean, saved.inverse, saved.gain, saved.norm_bias, numbers);
    result[4] = at::mm(as_matrix(grad_product).t(), as_matrix(normed));
    result[5] = grad_bias;
    return at::matmul(grad_product, saved.weight);
  }
};

void check(const ResidualLinearInputs& in) {
  const auto& [residual, norm, linear, normed_stream] = in;
  const int64_t size = residual.x.size(-1);
  TORCH_CHECK(!residual.branch.defined() || residual.x.sizes() == residual.branch.sizes(),
              "residual_linear: x and branch must have one shape, got ", residual.x.sizes(),
              " and ", residual.branch.sizes());
  TORCH_CHECK(!norm.gain.defined() || (norm.gain.dim() == 1 && norm.gain.size(0) == size &&
                                       norm.gain.sizes() == norm.bias.sizes()),
              "residual_linear: gain and bias must have the ", size, " numbers of a row, got ",
              norm.gain.sizes(), " and ", norm.bias.sizes());
  if (!linear.weight.defined()) return;
  TORCH_CHECK(linear.weight.dim() == 2 && linear.weight.size(1) == size,
              "residual_linear: the weight must have ", size, " inputs, got ",
              linear.weight.sizes());
  TORCH_CHECK(linear.bias.dim() == 1 && linear.bias.size(0) == linear.weight.size(0),
              "residual_linear: the bias must have the weight's ", linear.weight.size(0),
              " outputs, got ", linear.bias.sizes());
}

bool is_fused(const ResidualLinearInputs& in) {
  if (in.residual.x.numel() == 0) return false;
  for (const torch::Tensor* one : {&in.residual.x, &in.residual.branch, &in.norm.gain,
                                   &in.norm.bias, &in.linear.weight, &in.linear.bias}) {
    if (one->defined() && (!one->device().is_cpu() || one->scalar_type() != torch::kFloat32)) {
      return false;
    }
  }
  return true;
}

torch::Tensor reference_sum(const ResidualInputs& in) {
  if (!in.branch.defined()) return in.x;
  torch::Tensor branch = in.branch;
  if (in.dropout.probability > 0.0) {
    branch =
        branch * dropout_mask(branch.sizes(), branch.scalar_type(), in.dropout, branch.device());
  }
  return at::add(branch, in.x, in.alpha);
}

torch::Tensor reference_product(const torch::Tensor& x, const LinearInputs& in) {
  const torch::Tensor y = at::linear(x, in.weight, in.bias);
  if (!in.relu) return y;
  const torch::Tensor on = at::relu(y);
  if (in.dropout.probability == 0.0) return on;
  return on * dropout_mask(on.sizes(), on.scalar_type(), in.dropout, on.device());
}

}  // namespace

ResidualLinearOutputs residual_linear_reference(const ResidualLinearInputs& in) {
  check(in);
  const torch::Tensor sum = reference_sum(in.residual);
  const torch::Tensor normed =
      in.norm.gain.defined()
          ? at::layer_norm(sum, {sum.size(-1)}, in.norm.gain, in.norm.bias, in.norm.eps)
          : sum;
  if (!in.linear.weight.defined()) return {.y = normed, .stream = {}};
  return {.y = reference_product(normed, in.linear), .stream = in.normed_stream ? normed : sum};
}

ResidualLinearOutputs residual_linear(const ResidualLinearInputs& in) {
  check(in);
  if (!is_fused(in)) return residual_linear_reference(in);
  const auto& [residual, norm, linear, normed_stream] = in;
  const bool has_branch = residual.branch.defined(), has_norm = norm.gain.defined();
  const bool has_product = linear.weight.defined();
  if (!has_branch && !has_norm && !has_product) return {.y = residual.x, .stream = {}};
  const variable_list outputs = ResidualLinear::apply(
      residual.x.contiguous(), optional_contiguous(residual.branch), optional_contiguous(norm.gain),
      optional_contiguous(norm.bias), optional_contiguous(linear.weight),
      optional_contiguous(linear.bias), c10::make_intrusive<Numbers>(in));
  if (outputs.size() == 2) return {.y = outputs[0], .stream = outputs[1]};
  return {.y = outputs[0], .stream = has_product ? residual.x : torch::Tensor()};
}

}  // namespace nmt::kernels
