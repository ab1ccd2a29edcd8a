#include "layers/kernels/attention_on_device.h"

#include <ATen/record_function.h>

#include <limits>

#include "layers/kernels/attention_cuda.h"
#include "layers/kernels/split_heads.h"

namespace nmt::kernels {
namespace {

using torch::autograd::variable_list;

constexpr int64_t kMostSentences = 65535;  // Blocks of a grid in its third direction.

template <class Value>
HeadRowsCuda<const Value> rows_of(const torch::Tensor& x) {
  return {.data = static_cast<const Value*>(x.const_data_ptr()),
          .sentence_stride = x.stride(0),
          .row_stride = x.stride(-3),
          .head_stride = x.stride(-2)};
}

template <class Value>
HeadRowsCuda<Value> mutable_rows_of(const torch::Tensor& x) {
  return {.data = static_cast<Value*>(x.mutable_data_ptr()),
          .sentence_stride = x.stride(0),
          .row_stride = x.stride(-3),
          .head_stride = x.stride(-2)};
}

AttentionCallCuda call_of(const torch::Tensor& q, const AttentionMask& mask,
                          const AttentionCall& call, const torch::Tensor& sentences) {
  return {.batch = mask.batch(),
          .heads = call.heads,
          .size = call.size,
          .queries = mask.queries(),
          .keys = mask.keys(),
          .sentences = sentences.const_data_ptr<int32_t>(),
          .packed = q.dim() == 3,
          .causal = mask.causal(),
          .scale = static_cast<float>(call.scale),
          .dropout = call.dropout.probability,
          .dropout_seed = call.dropout.seed,
          .dropout_first_row = call.dropout.first_row};
}

float* numbers(const torch::Tensor& x) {
  return x.numel() == 0 ? nullptr : x.mutable_data_ptr<float>();
}

// Rows past a sentence's length stay as they are: zeros in padded tensors, none in packed ones.
torch::Tensor output_like(const torch::Tensor& x) {
  return x.dim() == 3 ? torch::empty(x.sizes(), x.options()) : torch::zeros(x.sizes(), x.options());
}

template <class Value>
void run_backward(const AttentionCallCuda& call, const AttentionSaved& saved,
                  const torch::Tensor& grad_out, const torch::Tensor& along,
                  const variable_list& gradients) {
  attend_backward_cuda<Value>(call, {.q = rows_of<Value>(saved.q),
                                     .k = rows_of<Value>(saved.k),
                                     .v = rows_of<Value>(saved.v),
                                     .out = rows_of<Value>(saved.out),
                                     .grad_out = rows_of<Value>(grad_out),
                                     .log_sum_exp = saved.log_sum_exp.const_data_ptr<float>(),
                                     .along = along.mutable_data_ptr<float>(),
                                     .grad_q = mutable_rows_of<Value>(gradients[0]),
                                     .grad_k = mutable_rows_of<Value>(gradients[1]),
                                     .grad_v = mutable_rows_of<Value>(gradients[2])});
}

}  // namespace

bool fits_device_kernels(int64_t batch, int64_t size) {
  return cuda_attention_takes(size) && batch <= kMostSentences;
}

variable_list attention_forward_on_device(const torch::Tensor& q, const torch::Tensor& k,
                                          const torch::Tensor& v, const AttentionMask& mask,
                                          const AttentionCall& call, bool statistics) {
  RECORD_USER_SCOPE("attention, forward");
  const torch::Tensor out = output_like(q);
  const auto options = q.options().dtype(torch::kFloat32);
  const std::vector<int64_t> shape = {mask.batch(), call.heads, mask.queries()};
  const torch::Tensor log_sum_exp = torch::empty(shape, options);
  torch::Tensor entropy = torch::empty({0}, options), max_logit = entropy;
  if (statistics) {
    entropy = torch::zeros(shape, options);
    max_logit = torch::full(shape, -std::numeric_limits<double>::infinity(), options);
  }
  const AttentionCallCuda device_call = call_of(q, mask, call, mask.sentences_on(q.device()));
  const RowStatisticsCuda rows{.log_sum_exp = numbers(log_sum_exp),
                               .entropy = numbers(entropy),
                               .max_logit = numbers(max_logit)};
  if (q.scalar_type() == torch::kFloat32) {
    attend_cuda<float>(device_call, rows_of<float>(q), rows_of<float>(k), rows_of<float>(v),
                       mutable_rows_of<float>(out), rows);
  } else {
    attend_cuda<uint16_t>(device_call, rows_of<uint16_t>(q), rows_of<uint16_t>(k),
                          rows_of<uint16_t>(v), mutable_rows_of<uint16_t>(out), rows);
  }
  return {out, entropy, max_logit, log_sum_exp};
}

variable_list attention_backward_on_device(const AttentionSaved& saved,
                                           const torch::Tensor& grad_out, const AttentionMask& mask,
                                           const AttentionCall& call) {
  RECORD_USER_SCOPE("attention, backward");
  const variable_list gradients = empty_like_parts({saved.q, saved.k, saved.v});
  if (saved.q.dim() == 4) {
    for (const torch::Tensor& gradient : gradients) gradient.zero_();
  }
  const torch::Tensor along = torch::empty_like(saved.log_sum_exp);
  const AttentionCallCuda device_call = call_of(saved.q, mask, call, saved.sentences);
  if (saved.q.scalar_type() == torch::kFloat32) {
    run_backward<float>(device_call, saved, grad_out, along, gradients);
  } else {
    run_backward<uint16_t>(device_call, saved, grad_out, along, gradients);
  }
  return gradients;
}

}  // namespace nmt::kernels
