#include "layers/kernels/attention.h"

#include <ATen/Parallel.h>

#include <cmath>
#include <limits>

#include "layers/kernels/attention_cpu.h"
#include "layers/kernels/dropout.h"

namespace nmt::kernels {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// What the kernels need of a call, besides tensors.
struct Call {
  int64_t heads;
  double scale;
  double dropout;
  uint64_t dropout_seed;
  bool statistics;
};

// The lengths of sentence b and the shape of one of its heads.
class HeadShapes {
 public:
  HeadShapes(const torch::Tensor& query_lengths, const torch::Tensor& key_lengths, bool causal,
             int64_t queries, int64_t size, const Call& call)
      : query_lengths_(query_lengths.to(torch::kInt64).contiguous()),
        key_lengths_(key_lengths.to(torch::kInt64).contiguous()),
        causal_(causal),
        queries_(queries),
        size_(size),
        call_(call) {}

  HeadShape of(int64_t b, int64_t h) const {
    return {.queries = static_cast<size_t>(query_lengths_.const_data_ptr<int64_t>()[b]),
            .keys = static_cast<size_t>(key_lengths_.const_data_ptr<int64_t>()[b]),
            .size = static_cast<size_t>(size_),
            .causal = causal_,
            .scale = static_cast<float>(call_.scale),
            .dropout = call_.dropout,
            .dropout_seed = call_.dropout_seed,
            .first_row = static_cast<uint64_t>((b * call_.heads + h) * queries_)};
  }

 private:
  torch::Tensor query_lengths_, key_lengths_;
  bool causal_;
  int64_t queries_, size_;
  Call call_;
};

template <class Storage>
struct Rows {
  static RowMatrix<const Storage> of(const torch::Tensor& x, int64_t b, int64_t h) {
    return {static_cast<const Storage*>(x.const_data_ptr()) + b * x.stride(0) + h * x.stride(2),
            static_cast<size_t>(x.stride(1))};
  }
  static RowMatrix<Storage> of_mutable(const torch::Tensor& x, int64_t b, int64_t h) {
    return {static_cast<Storage*>(x.mutable_data_ptr()) + b * x.stride(0) + h * x.stride(2),
            static_cast<size_t>(x.stride(1))};
  }
};

void zero_padding(const torch::Tensor& x, const torch::Tensor& lengths) {
  const torch::Tensor counts = lengths.to(torch::kInt64).contiguous();
  const int64_t* count = counts.const_data_ptr<int64_t>();
  for (int64_t b = 0; b < x.size(0); ++b) {
    if (count[b] < x.size(1)) x[b].narrow(0, count[b], x.size(1) - count[b]).zero_();
  }
}

// [B, L, H, K] that the kernels can read in place.
torch::Tensor with_rows(const torch::Tensor& x) {
  return x.stride(3) == 1 || x.size(3) == 1 ? x : x.contiguous();
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

class FusedAttention : public torch::autograd::Function<FusedAttention> {
 public:
  static variable_list forward(AutogradContext* context, const torch::Tensor& q_in,
                               const torch::Tensor& k_in, const torch::Tensor& v_in,
                               const torch::Tensor& query_lengths, const torch::Tensor& key_lengths,
                               bool causal, const Call& call) {
    const torch::Tensor q = with_rows(q_in), k = with_rows(k_in), v = with_rows(v_in);
    const int64_t batch = q.size(0), queries = q.size(1);
    const torch::Tensor out = torch::empty(q.sizes(), q.options());
    const auto row_options = q.options().dtype(torch::kFloat32);
    const std::vector<int64_t> row_shape = {batch, call.heads, queries};
    constexpr double kMinusInfinity = -std::numeric_limits<double>::infinity();
    const torch::Tensor log_sum_exp = torch::full(row_shape, kMinusInfinity, row_options);
    torch::Tensor entropy = torch::empty({0}, row_options);
    torch::Tensor max_logit = torch::empty({0}, row_options);
    if (call.statistics) {
      entropy = torch::zeros(row_shape, row_options);
      max_logit = torch::full(row_shape, kMinusInfinity, row_options);
    }
    const HeadShapes shapes(query_lengths, key_lengths, causal, queries, q.size(3), call);
    with_storage(q.scalar_type(), [&](auto storage) {
      using R = Rows<decltype(storage)>;
      for_each_head(batch, call.heads, [&](int64_t b, int64_t h, AttentionScratch& scratch) {
        const int64_t row = (b * call.heads + h) * queries;
        const auto at_row = [&](const torch::Tensor& x) {
          return x.numel() == 0 ? nullptr : x.mutable_data_ptr<float>() + row;
        };
        attend(shapes.of(b, h), R::of(q, b, h), R::of(k, b, h), R::of(v, b, h),
               R::of_mutable(out, b, h),
               {.log_sum_exp = at_row(log_sum_exp),
                .entropy = at_row(entropy),
                .max_logit = at_row(max_logit)},
               scratch);
      });
    });
    zero_padding(out, query_lengths);
    context->save_for_backward({q, k, v, out, log_sum_exp, query_lengths, key_lengths});
    context->saved_data["causal"] = causal;
    context->saved_data["heads"] = call.heads;
    context->saved_data["scale"] = call.scale;
    context->saved_data["dropout"] = call.dropout;
    context->saved_data["dropout_seed"] = static_cast<int64_t>(call.dropout_seed);
    context->mark_non_differentiable({entropy, max_logit});
    return {out, entropy, max_logit};
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    TORCH_CHECK(!torch::GradMode::is_enabled(),
                "attention: the fused form can be differentiated once only; use the reference "
                "(--backend reference)");
    const variable_list saved = context->get_saved_variables();
    const torch::Tensor &q = saved[0], &k = saved[1], &v = saved[2], &out = saved[3];
    const torch::Tensor &log_sum_exp = saved[4], &query_lengths = saved[5];
    const torch::Tensor& key_lengths = saved[6];
    const Call call{
        .heads = context->saved_data["heads"].toInt(),
        .scale = context->saved_data["scale"].toDouble(),
        .dropout = context->saved_data["dropout"].toDouble(),
        .dropout_seed = static_cast<uint64_t>(context->saved_data["dropout_seed"].toInt()),
        .statistics = false};
    const HeadShapes shapes(query_lengths, key_lengths, context->saved_data["causal"].toBool(),
                            q.size(1), q.size(3), call);
    const torch::Tensor grad_out = with_rows(gradients[0]);
    const torch::Tensor grad_q = torch::empty(q.sizes(), q.options());
    const torch::Tensor grad_k = torch::empty(k.sizes(), k.options());
    const torch::Tensor grad_v = torch::empty(v.sizes(), v.options());
    with_storage(q.scalar_type(), [&](auto storage) {
      using R = Rows<decltype(storage)>;
      for_each_head(q.size(0), call.heads, [&](int64_t b, int64_t h, AttentionScratch& scratch) {
        attend_backward(
            shapes.of(b, h),
            {.q = R::of(q, b, h),
             .k = R::of(k, b, h),
             .v = R::of(v, b, h),
             .out = R::of(out, b, h),
             .grad_out = R::of(grad_out, b, h),
             .log_sum_exp = log_sum_exp.const_data_ptr<float>() + (b * call.heads + h) * q.size(1),
             .grad_q = R::of_mutable(grad_q, b, h),
             .grad_k = R::of_mutable(grad_k, b, h),
             .grad_v = R::of_mutable(grad_v, b, h)},
            scratch);
      });
    });
    zero_padding(grad_q, query_lengths);
    zero_padding(grad_k, key_lengths);
    zero_padding(grad_v, key_lengths);
    return {grad_q, grad_k, grad_v, {}, {}, {}, {}};
  }
};

}  // namespace

void check_attention_inputs(const AttentionInputs& in) {
  TORCH_CHECK(in.q.dim() == 4 && in.k.dim() == 4, "attention: q and k must be [B, T, H, K], got ",
              in.q.sizes(), " and ", in.k.sizes());
  TORCH_CHECK(in.k.sizes() == in.v.sizes(), "attention: k and v must have one shape, got ",
              in.k.sizes(), " and ", in.v.sizes());
  TORCH_CHECK(
      in.q.size(0) == in.k.size(0) && in.q.size(2) == in.k.size(2) && in.q.size(3) == in.k.size(3),
      "attention: q and k must agree in batch, heads and head size, got ", in.q.sizes(), " and ",
      in.k.sizes());
  TORCH_CHECK(in.mask.batch() == in.q.size(0) && in.mask.queries() == in.q.size(1) &&
                  in.mask.keys() == in.k.size(1),
              "attention: the mask is for [", in.mask.batch(), ", ", in.mask.queries(), ", ",
              in.mask.keys(), "], q has shape ", in.q.sizes(), " and k ", in.k.sizes());
}

bool attention_is_fused(const AttentionInputs& in) {
  const torch::Dtype dtype = in.q.scalar_type();
  return in.q.device().is_cpu() && in.k.scalar_type() == dtype && in.v.scalar_type() == dtype &&
         (dtype == torch::kFloat32 || dtype == torch::kBFloat16);
}

AttentionOutputs attention(const AttentionInputs& in) {
  check_attention_inputs(in);
  if (!attention_is_fused(in)) return attention_reference(in);
  const bool dropout = in.dropout > 0.0 && in.generator;
  at::Generator generator = in.generator.value_or(at::Generator());
  const Call call{.heads = in.q.size(2),
                  .scale = in.scale.value_or(1.0 / std::sqrt(static_cast<double>(in.q.size(3)))),
                  .dropout = dropout ? in.dropout : 0.0,
                  .dropout_seed = dropout ? draw_seed(generator) : 0,
                  .statistics = in.statistics};
  const variable_list results = FusedAttention::apply(
      in.q, in.k, in.v, in.mask.query_lengths(), in.mask.key_lengths(), in.mask.causal(), call);
  AttentionOutputs outputs{.out = results[0]};
  if (in.statistics) {
    outputs.entropy = results[1];
    outputs.max_logit = results[2];
  }
  return outputs;
}

}  // namespace nmt::kernels
