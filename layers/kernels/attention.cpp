#include "layers/kernels/attention.h"

#include <ATen/Parallel.h>
#include <ATen/core/ivalue.h>
#include <ATen/record_function.h>

#include <algorithm>
#include <array>
#include <limits>

#include "layers/kernels/attention_backend.h"
#include "layers/kernels/attention_cpu.h"
#include "layers/kernels/attention_cuda.h"
#include "layers/kernels/split_heads.h"

namespace nmt::kernels {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

struct AttentionBackend {
  c10::DeviceType device;
  std::array<torch::Dtype, 2> dtypes;
  // Whether it takes heads of `size` numbers in `batch` sentences; asked on its device alone.
  bool (*takes)(int64_t batch, int64_t size);
  void (*forward)(const AttentionCall&, const AttentionStatistics&);
  void (*backward)(const AttentionCall&, const AttentionGradients&);
};

// A pass over some heads as one over all, spread over LibTorch's threads.
template <class Other, void (*pass)(const AttentionCall&, const Other&, int64_t, int64_t)>
void on_threads(const AttentionCall& call, const Other& other) {
  at::parallel_for(0, call.batch * call.heads, 1,
                   [&](int64_t begin, int64_t end) { pass(call, other, begin, end); });
}

constexpr AttentionBackend kBackends[] = {
    {.device = torch::kCPU,
     .dtypes = {torch::kFloat32, torch::kBFloat16},
     .takes = [](int64_t, int64_t) { return true; },
     .forward = on_threads<AttentionStatistics, attend_cpu>,
     .backward = on_threads<AttentionGradients, attend_backward_cpu>},
    {.device = torch::kCUDA,
     .dtypes = {torch::kFloat32, torch::kBFloat16},
     .takes = cuda_attention_takes,
     .forward = attend_cuda,
     .backward = attend_backward_cuda},
};

// The backend of `in`; null: there is none.
const AttentionBackend* backend_of(const AttentionInputs& in) {
  const torch::Dtype dtype = in.q.scalar_type();
  if (in.k.scalar_type() != dtype || in.v.scalar_type() != dtype) return nullptr;
  const auto* found =
      std::find_if(std::begin(kBackends), std::end(kBackends), [&](const auto& one) {
        return one.device == in.q.device().type() &&
               std::find(one.dtypes.begin(), one.dtypes.end(), dtype) != one.dtypes.end() &&
               one.takes(in.mask.batch(), in.q.size(-1));
      });
  return found == std::end(kBackends) ? nullptr : found;
}

// What backends can read in place: the numbers of a row are side by side.
torch::Tensor with_rows(const torch::Tensor& x) {
  return x.stride(-1) == 1 || x.size(-1) == 1 ? x : x.contiguous();
}
AttentionInputs with_rows(AttentionInputs in) {
  for (torch::Tensor* one : {&in.q, &in.k, &in.v}) *one = with_rows(*one);
  return in;
}

HeadRows rows_of(const torch::Tensor& x) {
  return {.data = const_cast<void*>(x.const_data_ptr()),
          .sentence_stride = x.stride(0),
          .row_stride = x.stride(-3),
          .head_stride = x.stride(-2)};
}

float* numbers(const torch::Tensor& x) {
  return x.numel() == 0 ? nullptr : x.mutable_data_ptr<float>();
}

// The arrays of `in`, out [...] and log_sum_exp [B, H, T], which outlive it.
AttentionCall call_of(const AttentionInputs& in, const torch::Tensor& out,
                      const torch::Tensor& log_sum_exp) {
  const bool single = in.q.scalar_type() == torch::kFloat32;
  return {.batch = in.mask.batch(),
          .heads = in.q.size(-2),
          .size = in.q.size(-1),
          .queries = in.mask.queries(),
          .keys = in.mask.keys(),
          .storage = single ? AttentionStorage::kFloat32 : AttentionStorage::kBfloat16,
          .q = rows_of(in.q),
          .k = rows_of(in.k),
          .v = rows_of(in.v),
          .out = rows_of(out),
          .log_sum_exp = numbers(log_sum_exp),
          .table = in.mask.sentences_on(in.q.device()).const_data_ptr<int32_t>(),
          .packed = in.q.dim() == 3,
          .causal = in.mask.causal(),
          .scale = static_cast<float>(in.logit_scale()),
          .dropout = in.dropout.probability,
          .dropout_seed = in.dropout.seed,
          .dropout_first_row = in.dropout.first_row};
}

using Length = int64_t (AttentionMask::*)(int64_t) const;

// Fills what lies past each sentence's length on side `side` of x [B, ...]; of a GPU, where each
// operation is a launch, all of x, whose valid rows are written later.
void fill_padding(const torch::Tensor& x, int64_t side, const AttentionMask& mask, Length length,
                  double value) {
  if (!x.is_cpu()) {
    x.fill_(value);
    return;
  }
  for (int64_t b = 0; b < x.size(0); ++b) {
    const int64_t valid = (mask.*length)(b);
    if (valid < x.size(side)) x[b].narrow(side - 1, valid, x.size(side) - valid).fill_(value);
  }
}

// {out, entropy, max_logit, log_sum_exp}; the two in between are empty if not asked for.
variable_list forward_pass(const AttentionInputs& in, const AttentionBackend& backend) {
  RECORD_USER_SCOPE("attention, forward");
  const auto rows = [&](bool wanted) {
    const std::vector<int64_t> shape = {in.mask.batch(), in.q.size(-2), in.mask.queries()};
    return torch::empty(wanted ? shape : std::vector<int64_t>{0},
                        in.q.options().dtype(torch::kFloat32));
  };
  const torch::Tensor out = torch::empty(in.q.sizes(), in.q.options()), log_sum_exp = rows(true);
  const torch::Tensor entropy = rows(in.statistics), max_logit = rows(in.statistics);
  const Length length = &AttentionMask::query_length;
  if (in.q.dim() == 4) fill_padding(out, 1, in.mask, length, 0.0);
  if (in.statistics) {
    fill_padding(entropy, 2, in.mask, length, 0.0);
    fill_padding(max_logit, 2, in.mask, length, -std::numeric_limits<double>::infinity());
  }
  backend.forward(call_of(in, out, log_sum_exp), {numbers(entropy), numbers(max_logit)});
  return {out, entropy, max_logit, log_sum_exp};
}

// The gradients of q, k and v.
variable_list backward_pass(const AttentionInputs& in, const AttentionBackend& backend,
                            const torch::Tensor& out, const torch::Tensor& log_sum_exp,
                            const torch::Tensor& grad_out) {
  RECORD_USER_SCOPE("attention, backward");
  const variable_list gradients = empty_like_parts({in.q, in.k, in.v});
  if (in.q.dim() == 4) {
    fill_padding(gradients[0], 1, in.mask, &AttentionMask::query_length, 0.0);
    for (int i : {1, 2}) fill_padding(gradients[i], 1, in.mask, &AttentionMask::key_length, 0.0);
  }
  const torch::Tensor scratch = torch::empty_like(log_sum_exp);
  backend.backward(call_of(in, out, log_sum_exp), {.grad_out = rows_of(grad_out),
                                                   .grad_q = rows_of(gradients[0]),
                                                   .grad_k = rows_of(gradients[1]),
                                                   .grad_v = rows_of(gradients[2]),
                                                   .scratch = numbers(scratch)});
  return gradients;
}

// The gradient as a graph of its own, for second derivatives.
variable_list reference_gradients(const AttentionInputs& in, const torch::Tensor& grad_out) {
  variable_list inputs = {in.q, in.k, in.v}, leaves, wanted;
  for (const torch::Tensor& input : inputs) {
    leaves.push_back(input.requires_grad() ? input.view_as(input) : input);
    if (input.requires_grad()) wanted.push_back(leaves.back());
  }
  const AttentionOutputs again = attention_reference({.q = leaves[0],
                                                      .k = leaves[1],
                                                      .v = leaves[2],
                                                      .mask = in.mask,
                                                      .scale = in.scale,
                                                      .dropout = in.dropout});
  const variable_list found = torch::autograd::grad({again.out}, wanted, {grad_out},
                                                    /*retain_graph=*/true, /*create_graph=*/true);
  variable_list gradients;
  for (size_t i = 0, next = 0; i < inputs.size(); ++i) {
    gradients.push_back(inputs[i].requires_grad() ? found[next++] : torch::Tensor());
  }
  return gradients;
}

// What the backward pass needs of a call besides tensors.
struct SavedCall : torch::CustomClassHolder {
  SavedCall(const AttentionInputs& in, const AttentionBackend& of)
      : mask(in.mask), scale(in.scale), dropout(in.dropout), backend(of) {}

  const AttentionMask mask;
  const std::optional<double> scale;
  const Dropout dropout;
  const AttentionBackend& backend;
};

class FusedAttention : public torch::autograd::Function<FusedAttention> {
 public:
  static variable_list forward(AutogradContext* context, const torch::Tensor& q,
                               const torch::Tensor& k, const torch::Tensor& v,
                               const AttentionInputs& in, const AttentionBackend& backend) {
    variable_list results = forward_pass(with_rows(in), backend);
    context->save_for_backward({q, k, v, results[0], results[3]});
    context->saved_data["call"] =
        c10::IValue::make_capsule(c10::make_intrusive<SavedCall>(in, backend));
    results.pop_back();
    context->mark_non_differentiable({results[1], results[2]});
    context->set_materialize_grads(false);  // Those of the statistics would be zeros.
    return results;
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const variable_list saved = context->get_saved_variables();
    const auto capsule = context->saved_data["call"].toCapsule();
    const auto& call = static_cast<const SavedCall&>(*capsule);
    const AttentionInputs in{.q = saved[0],
                             .k = saved[1],
                             .v = saved[2],
                             .mask = call.mask,
                             .scale = call.scale,
                             .dropout = call.dropout};
    variable_list result = torch::GradMode::is_enabled()
                               ? reference_gradients(in, gradients[0])
                               : backward_pass(with_rows(in), call.backend, saved[3], saved[4],
                                               with_rows(gradients[0]));
    result.resize(5);  // Inputs as a whole and backend have no gradient.
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
  return backend_of(in) != nullptr;
}

AttentionOutputs attention(const AttentionInputs& in) {
  check_attention_inputs(in);
  const AttentionBackend* backend = backend_of(in);
  if (backend == nullptr) return attention_reference(in);
  const variable_list results = FusedAttention::apply(in.q, in.k, in.v, in, *backend);
  AttentionOutputs outputs{.out = results[0]};
  if (in.statistics) {
    outputs.entropy = results[1];
    outputs.max_logit = results[2];
  }
  return outputs;
}

}  // namespace nmt::kernels
