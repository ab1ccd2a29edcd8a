#include "layers/kernels/attention.h"

#include <ATen/Parallel.h>
#include <ATen/record_function.h>

#include <cmath>
#include <functional>
#include <limits>

#include "layers/kernels/attention_cpu.h"
#include "layers/kernels/attention_on_device.h"
#include "layers/kernels/split_heads.h"

namespace nmt::kernels {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// Where the rows of each sentence and head of a padded or packed tensor lie.
class HeadRows {
 public:
  using Offset = int64_t (AttentionMask::*)(int64_t) const;

  HeadRows(const torch::Tensor& x, const AttentionMask& mask, Offset packed_offset)
      : data_(const_cast<void*>(x.const_data_ptr())),
        head_stride_(x.stride(-2)),
        row_stride_(x.stride(-3)),
        sentence_stride_(x.stride(0)),
        packed_(x.dim() == 3),
        mask_(mask),
        packed_offset_(packed_offset) {}

  template <class Storage>
  RowMatrix<const Storage> of(int64_t b, int64_t h) const {
    return {static_cast<const Storage*>(data_) + start(b, h), static_cast<size_t>(row_stride_)};
  }
  /// Of a tensor that the caller may write to.
  template <class Storage>
  RowMatrix<Storage> of_mutable(int64_t b, int64_t h) const {
    return {static_cast<Storage*>(data_) + start(b, h), static_cast<size_t>(row_stride_)};
  }

 private:
  int64_t start(int64_t b, int64_t h) const {
    const int64_t row =
        packed_ ? std::invoke(packed_offset_, mask_, b) * row_stride_ : b * sentence_stride_;
    return row + h * head_stride_;
  }

  void* data_;
  int64_t head_stride_, row_stride_, sentence_stride_;
  bool packed_;
  const AttentionMask& mask_;
  Offset packed_offset_;
};

HeadRows query_rows(const torch::Tensor& x, const AttentionMask& mask) {
  return {x, mask, &AttentionMask::query_offset};
}
HeadRows key_rows(const torch::Tensor& x, const AttentionMask& mask) {
  return {x, mask, &AttentionMask::key_offset};
}

HeadShape head_shape(const AttentionCall& call, const AttentionMask& mask, int64_t b, int64_t h) {
  return {.queries = static_cast<size_t>(mask.query_length(b)),
          .keys = static_cast<size_t>(mask.key_length(b)),
          .size = static_cast<size_t>(call.size),
          .causal = mask.causal(),
          .scale = static_cast<float>(call.scale),
          .dropout = call.dropout.probability,
          .dropout_seed = call.dropout.seed,
          .first_row = static_cast<uint64_t>(call.dropout_row(mask, b, h)),
          .row_step = static_cast<uint64_t>(call.heads)};
}

// Fills rows past each sentence's length. Packed tensors have none.
void fill_padding(const torch::Tensor& x, const AttentionMask& mask,
                  int64_t (AttentionMask::*length)(int64_t) const) {
  if (x.dim() == 3) return;
  for (int64_t b = 0; b < x.size(0); ++b) {
    const int64_t valid = (mask.*length)(b);
    if (valid < x.size(1)) x[b].narrow(0, valid, x.size(1) - valid).zero_();
  }
}

// The same of statistics [B, H, T].
void fill_padded_statistics(const torch::Tensor& x, const AttentionMask& mask, double value) {
  for (int64_t b = 0; b < mask.batch(); ++b) {
    const int64_t valid = mask.query_length(b);
    if (valid < x.size(2)) x[b].narrow(1, valid, x.size(2) - valid).fill_(value);
  }
}

// What the kernels can read in place.
torch::Tensor with_rows(const torch::Tensor& x) {
  return x.stride(-1) == 1 || x.size(-1) == 1 ? x : x.contiguous();
}

// Calls work(b, h, scratch) for every sentence and head.
template <class Work>
void for_each_head(int64_t batch, int64_t heads, const Work& work) {
  at::parallel_for(0, batch * heads, 1, [&](int64_t begin, int64_t end) {
    AttentionScratch scratch;
    for (int64_t i = begin; i < end; ++i) work(i / heads, i % heads, scratch);
  });
}

// Float and bfloat16, by the type that the kernels know it as.
template <class Work>
void with_storage(torch::Dtype dtype, const Work& work) {
  if (dtype == torch::kFloat32) {
    work(float{});
  } else {
    work(uint16_t{});
  }
}

variable_list forward_pass(const torch::Tensor& q, const torch::Tensor& k, const torch::Tensor& v,
                           const AttentionMask& mask, const AttentionCall& call, bool statistics) {
  RECORD_USER_SCOPE("attention, forward");
  const torch::Tensor out = torch::empty(q.sizes(), q.options());
  const auto row_options = q.options().dtype(torch::kFloat32);
  const std::vector<int64_t> row_shape = {mask.batch(), call.heads, mask.queries()};
  const auto rows = [&](bool wanted) {
    return torch::empty(wanted ? row_shape : std::vector<int64_t>{0}, row_options);
  };
  const torch::Tensor log_sum_exp = rows(true);
  const torch::Tensor entropy = rows(statistics), max_logit = rows(statistics);
  const auto at_row = [](const torch::Tensor& x, int64_t row) {
    return x.numel() == 0 ? nullptr : x.mutable_data_ptr<float>() + row;
  };
  const HeadRows qs = query_rows(q, mask), outs = query_rows(out, mask);
  const HeadRows ks = key_rows(k, mask), vs = key_rows(v, mask);
  with_storage(q.scalar_type(), [&](auto storage) {
    using S = decltype(storage);
    for_each_head(mask.batch(), call.heads, [&](int64_t b, int64_t h, AttentionScratch& scratch) {
      const int64_t row = call.row(mask, b, h);
      attend(head_shape(call, mask, b, h), qs.of<S>(b, h), ks.of<S>(b, h), vs.of<S>(b, h),
             outs.of_mutable<S>(b, h),
             {.log_sum_exp = at_row(log_sum_exp, row),
              .entropy = at_row(entropy, row),
              .max_logit = at_row(max_logit, row)},
             scratch);
    });
  });
  fill_padding(out, mask, &AttentionMask::query_length);
  if (statistics) {
    fill_padded_statistics(entropy, mask, 0.0);
    fill_padded_statistics(max_logit, mask, -std::numeric_limits<double>::infinity());
  }
  return {out, entropy, max_logit, log_sum_exp};
}

variable_list backward_pass(const AttentionSaved& saved, const torch::Tensor& grad_out,
                            const AttentionMask& mask, const AttentionCall& call) {
  RECORD_USER_SCOPE("attention, backward");
  const torch::Tensor &q = saved.q, &k = saved.k, &v = saved.v;
  const std::vector<torch::Tensor> gradients = empty_like_parts({q, k, v});
  const HeadRows qs = query_rows(q, mask), outs = query_rows(saved.out, mask);
  const HeadRows ks = key_rows(k, mask), vs = key_rows(v, mask);
  const HeadRows grad_outs = query_rows(grad_out, mask), grad_qs = query_rows(gradients[0], mask);
  const HeadRows grad_ks = key_rows(gradients[1], mask), grad_vs = key_rows(gradients[2], mask);
  const float* log_sum_exp = saved.log_sum_exp.const_data_ptr<float>();
  with_storage(q.scalar_type(), [&](auto storage) {
    using S = decltype(storage);
    for_each_head(mask.batch(), call.heads, [&](int64_t b, int64_t h, AttentionScratch& scratch) {
      attend_backward(head_shape(call, mask, b, h),
                      {.q = qs.of<S>(b, h),
                       .k = ks.of<S>(b, h),
                       .v = vs.of<S>(b, h),
                       .out = outs.of<S>(b, h),
                       .grad_out = grad_outs.of<S>(b, h),
                       .log_sum_exp = log_sum_exp + call.row(mask, b, h),
                       .grad_q = grad_qs.of_mutable<S>(b, h),
                       .grad_k = grad_ks.of_mutable<S>(b, h),
                       .grad_v = grad_vs.of_mutable<S>(b, h)},
                      scratch);
    });
  });
  fill_padding(gradients[0], mask, &AttentionMask::query_length);
  fill_padding(gradients[1], mask, &AttentionMask::key_length);
  fill_padding(gradients[2], mask, &AttentionMask::key_length);
  return gradients;
}

// The gradient as a graph of its own, for second derivatives.
variable_list reference_gradients(const AttentionSaved& saved, const torch::Tensor& grad_out,
                                  const AttentionMask& mask, const AttentionCall& call) {
  const variable_list inputs = {saved.q, saved.k, saved.v};
  variable_list leaves, wanted;
  for (const torch::Tensor& input : inputs) {
    leaves.push_back(input.requires_grad() ? input.view_as(input) : input);
    if (input.requires_grad()) wanted.push_back(leaves.back());
  }
  const AttentionOutputs again = attention_reference({.q = leaves[0],
                                                      .k = leaves[1],
                                                      .v = leaves[2],
                                                      .mask = mask,
                                                      .scale = call.scale,
                                                      .dropout = call.dropout});
  const variable_list found = torch::autograd::grad({again.out}, wanted, {grad_out},
                                                    /*retain_graph=*/true, /*create_graph=*/true);
  variable_list gradients;
  for (size_t i = 0, next = 0; i < inputs.size(); ++i) {
    gradients.push_back(inputs[i].requires_grad() ? found[next++] : torch::Tensor());
  }
  return gradients;
}

class FusedAttention : public torch::autograd::Function<FusedAttention> {
 public:
  static variable_list forward(AutogradContext* context, const torch::Tensor& q,
                               const torch::Tensor& k, const torch::Tensor& v,
                               const AttentionMask& mask, const AttentionCall& call,
                               bool statistics) {
    const bool on_cpu = q.device().is_cpu();
    const auto pass = on_cpu ? forward_pass : attention_forward_on_device;
    variable_list results = pass(with_rows(q), with_rows(k), with_rows(v), mask, call, statistics);
    context->save_for_backward({q, k, v, results[0], results[3],
                                on_cpu ? torch::Tensor() : mask.sentences_on(q.device()),
                                mask.query_lengths(), mask.key_lengths()});
    context->saved_data["queries"] = mask.queries();
    context->saved_data["keys"] = mask.keys();
    context->saved_data["causal"] = mask.causal();
    context->saved_data["scale"] = call.scale;
    context->saved_data["dropout"] = call.dropout.probability;
    context->saved_data["dropout_seed"] = static_cast<int64_t>(call.dropout.seed);
    context->saved_data["dropout_first_row"] = call.dropout.first_row;
    results.pop_back();
    context->mark_non_differentiable({results[1], results[2]});
    context->set_materialize_grads(false);  // Those of the statistics would be zeros.
    return results;
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const variable_list saved = context->get_saved_variables();
    auto& data = context->saved_data;
    const AttentionMask mask(saved[6], saved[7], data["queries"].toInt(), data["keys"].toInt(),
                             data["causal"].toBool());
    const AttentionCall call{
        .heads = saved[0].size(-2),
        .size = saved[0].size(-1),
        .scale = data["scale"].toDouble(),
        .dropout = {data["dropout"].toDouble(), static_cast<uint64_t>(data["dropout_seed"].toInt()),
                    data["dropout_first_row"].toInt()}};
    AttentionSaved tensors{saved[0], saved[1], saved[2], saved[3], saved[4], saved[5]};
    variable_list result;
    if (torch::GradMode::is_enabled()) {
      result = reference_gradients(tensors, gradients[0], mask, call);
    } else {
      for (torch::Tensor* one : {&tensors.q, &tensors.k, &tensors.v}) *one = with_rows(*one);
      const auto pass = tensors.q.device().is_cpu() ? backward_pass : attention_backward_on_device;
      result = pass(tensors, with_rows(gradients[0]), mask, call);
    }
    result.resize(6);  // Mask, call and statistics have no gradient.
    return result;
  }
};

void check_packed_inputs(const AttentionInputs& in) {
  const int64_t queries = in.mask.query_offset(in.mask.batch());
  const int64_t keys = in.mask.key_offset(in.mask.batch());
  TORCH_CHECK(in.q.size(0) == queries && in.k.size(0) == keys,
              "attention: the mask's lengths add up", " to ", queries, " queries and ", keys,
              " keys, packed q has shape ", in.q.sizes(), " and k ", in.k.sizes());
}

void check_padded_inputs(const AttentionInputs& in) {
  TORCH_CHECK(in.q.size(0) == in.k.size(0), "attention: q and k must agree in batch, got ",
              in.q.sizes(), " and ", in.k.sizes());
  TORCH_CHECK(in.mask.batch() == in.q.size(0) && in.mask.queries() == in.q.size(1) &&
                  in.mask.keys() == in.k.size(1),
              "attention: the mask is for [", in.mask.batch(), ", ", in.mask.queries(), ", ",
              in.mask.keys(), "], q has shape ", in.q.sizes(), " and k ", in.k.sizes());
}

}  // namespace

void check_attention_inputs(const AttentionInputs& in) {
  TORCH_CHECK(in.q.dim() == in.k.dim() && (in.q.dim() == 4 || in.q.dim() == 3),
              "attention: q and k must be [B, T, H, K], or packed [N, H, K], got ", in.q.sizes(),
              " and ", in.k.sizes());
  TORCH_CHECK(in.k.sizes() == in.v.sizes(), "attention: k and v must have one shape, got ",
              in.k.sizes(), " and ", in.v.sizes());
  TORCH_CHECK(in.q.size(-2) == in.k.size(-2) && in.q.size(-1) == in.k.size(-1),
              "attention: q and k must agree in heads and head size, got ", in.q.sizes(), " and ",
              in.k.sizes());
  if (in.q.dim() == 3) {
    check_packed_inputs(in);
  } else {
    check_padded_inputs(in);
  }
}

bool attention_is_fused(const AttentionInputs& in) {
  const torch::Dtype dtype = in.q.scalar_type();
  const bool has_kernels =
      in.q.device().is_cpu() ||
      (in.q.device().is_cuda() && fits_device_kernels(in.mask.batch(), in.q.size(-1)));
  return has_kernels && in.k.scalar_type() == dtype && in.v.scalar_type() == dtype &&
         (dtype == torch::kFloat32 || dtype == torch::kBFloat16);
}

AttentionOutputs attention(const AttentionInputs& in) {
  check_attention_inputs(in);
  if (!attention_is_fused(in)) return attention_reference(in);
  const int64_t size = in.q.size(-1);
  const AttentionCall call{.heads = in.q.size(-2),
                           .size = size,
                           .scale = in.scale.value_or(1.0 / std::sqrt(static_cast<double>(size))),
                           .dropout = in.dropout};
  const variable_list results =
      FusedAttention::apply(in.q, in.k, in.v, in.mask, call, in.statistics);
  AttentionOutputs outputs{.out = results[0]};
  if (in.statistics) {
    outputs.entropy = results[1];
    outputs.max_logit = results[2];
  }
  return outputs;
}

}  // namespace nmt::kernels
