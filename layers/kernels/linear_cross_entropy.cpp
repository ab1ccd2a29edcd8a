#include "layers/kernels/linear_cross_entropy.h"

#include <ATen/record_function.h>
#include <torch/csrc/autograd/graph_task.h>

#include <algorithm>
#include <vector>

#include "layers/kernels/linear_cross_entropy_cpu.h"
#include "layers/kernels/row_chunks.h"

namespace nmt::kernels {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// Rows whose logits exist at a time: few enough for the cache, yet not so few that going over W and
// its gradient for each of these blocks takes long.
int64_t rows_at_a_time(int64_t vocabulary) {
  return std::clamp<int64_t>((int64_t{1} << 20) / vocabulary, 256, 1024);
}

// Rows that one thread takes, with sums of their own.
constexpr int64_t kThreadRows = 16;

struct Wanted {
  bool x = false;
  bool weight = false;
  bool bias = false;

  bool any() const { return x || weight || bias; }
};

Wanted wanted_by(const LinearCrossEntropyInputs& in) {
  if (!torch::GradMode::is_enabled()) return {};
  return {in.x.requires_grad(), in.weight.requires_grad(), in.bias.requires_grad()};
}

// Walks over all rows; holds the sums and the gradients that are wanted, of which the others stay
// undefined.
class FusedPass {
 public:
  FusedPass(const LinearCrossEntropyInputs& in, const Wanted& wanted)
      : in_(in), wanted_(wanted), step_(rows_at_a_time(in.weight.size(0))) {
    const int64_t longest = std::min(step_, in.x.size(0)), vocabulary = in.weight.size(0);
    const int64_t parts = chunk_count(longest, kThreadRows);
    logits_ = torch::empty({longest, vocabulary}, in.x.options());
    sums_.resize(parts);
    if (wanted.any()) bias_parts_ = torch::zeros({parts, vocabulary}, in.x.options());
    if (wanted.x) grad_x_ = torch::empty(in.x.sizes(), in.x.options());
    if (wanted.weight) grad_weight_ = torch::empty(in.weight.sizes(), in.weight.options());
  }

  void run() {
    const int64_t rows = in_.x.size(0);
    for (int64_t first = 0; first < rows; first += step_) {
      walk(first, std::min(step_, rows - first));
    }
  }

  LossSums sums() const {
    CrossEntropySums total;
    for (const CrossEntropySums& part : sums_) {
      total.loss += part.loss;
      total.nll += part.nll;
    }
    return {.loss = torch::scalar_tensor(total.loss, in_.x.options()),
            .nll = torch::scalar_tensor(total.nll, in_.x.options())};
  }

  variable_list gradients() const {
    return {grad_x_, grad_weight_, wanted_.bias ? bias_parts_.sum(0) : torch::Tensor()};
  }

 private:
  void walk(int64_t first, int64_t rows) {
    const torch::Tensor x = in_.x.narrow(0, first, rows);
    torch::Tensor logits = logits_.narrow(0, 0, rows);
    at::addmm_out(logits, in_.bias, x, in_.weight.t());
    pass_over(logits, in_.targets.const_data_ptr<int64_t>() + first);
    if (wanted_.x) {
      torch::Tensor grad_x = grad_x_.narrow(0, first, rows);
      at::mm_out(grad_x, logits, in_.weight);
    }
    if (wanted_.weight) grad_weight_.addmm_(logits.t(), x, /*beta=*/first == 0 ? 0 : 1);
  }

  void pass_over(const torch::Tensor& logits, const int64_t* targets) {
    RECORD_USER_SCOPE("cross-entropy, both ways");
    const int64_t size = logits.size(1);
    float* values = logits.mutable_data_ptr<float>();
    float* bias = wanted_.any() ? bias_parts_.mutable_data_ptr<float>() : nullptr;
    for_each_chunk(
        logits.size(0),
        [&](int64_t part, int64_t first, int64_t rows) {
          cross_entropy_rows({.rows = static_cast<size_t>(rows),
                              .size = static_cast<size_t>(size),
                              .logits = values + first * size,
                              .targets = targets + first,
                              .smoothing = in_.smoothing},
                             bias == nullptr ? nullptr : bias + part * size, sums_[part]);
        },
        kThreadRows);
  }

  const LinearCrossEntropyInputs& in_;
  Wanted wanted_;
  int64_t step_;
  torch::Tensor logits_;                // [step, V], reused.
  std::vector<CrossEntropySums> sums_;  // Of the rows that part i of any step has.
  torch::Tensor bias_parts_;            // [parts, V], likewise.
  torch::Tensor grad_x_;
  torch::Tensor grad_weight_;
};

class LinearCrossEntropy : public torch::autograd::Function<LinearCrossEntropy> {
 public:
  static variable_list forward(AutogradContext* context, const torch::Tensor& x,
                               const torch::Tensor& weight, const torch::Tensor& bias,
                               const torch::Tensor& targets, double smoothing,
                               const Wanted& wanted) {
    const LinearCrossEntropyInputs in{x, weight, bias, targets, smoothing};
    FusedPass pass(in, wanted);
    pass.run();
    const LossSums sums = pass.sums();
    context->save_for_backward(pass.gradients());
    context->mark_non_differentiable({sums.nll});
    return {sums.loss, sums.nll};
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    TORCH_CHECK(!torch::GradMode::is_enabled(),
                "linear_cross_entropy: the fused form can be differentiated once only; use the "
                "reference (--backend reference)");
    // A gradient of the size of W is not copied, unless the graph is kept to be gone through again.
    const bool kept = torch::autograd::get_current_graph_task_keep_graph();
    const torch::Tensor& scale = gradients[0];
    const bool one = scale.item<float>() == 1.0f;
    variable_list scaled = context->get_saved_variables();
    for (torch::Tensor& gradient : scaled) {
      if (!gradient.defined()) continue;
      if (kept) {
        gradient = gradient * scale;
      } else if (!one) {
        gradient.mul_(scale);
      }
    }
    scaled.resize(6);  // Targets, smoothing and what is wanted have none.
    return scaled;
  }
};

void check_shapes(const LinearCrossEntropyInputs& in) {
  TORCH_CHECK(in.x.dim() == 2 && in.weight.dim() == 2 && in.x.size(1) == in.weight.size(1),
              "linear_cross_entropy: needs x [N, D] and weight [V, D], got ", in.x.sizes(), " and ",
              in.weight.sizes());
  TORCH_CHECK(in.bias.dim() == 1 && in.bias.size(0) == in.weight.size(0),
              "linear_cross_entropy: the bias must have the weight's ", in.weight.size(0),
              " outputs, got ", in.bias.sizes());
  TORCH_CHECK(in.targets.dim() == 1 && in.targets.size(0) == in.x.size(0) &&
                  in.targets.scalar_type() == torch::kInt64,
              "linear_cross_entropy: the targets must be int64, one for each of the ", in.x.size(0),
              " rows of x, got ", in.targets.scalar_type(), " ", in.targets.sizes());
}

void check(const LinearCrossEntropyInputs& in) {
  check_shapes(in);
  TORCH_CHECK(in.smoothing >= 0.0 && in.smoothing < 1.0,
              "linear_cross_entropy: smoothing must be in [0, 1), got ", in.smoothing);
  // On a GPU LibTorch looks at each target itself, without a wait.
  if (in.targets.numel() == 0 || !in.targets.device().is_cpu()) return;
  const auto [least, largest] = at::aminmax(in.targets);
  const auto first = least.item<int64_t>(), last = largest.item<int64_t>();
  TORCH_CHECK(first >= 0 && last < in.weight.size(0),
              "linear_cross_entropy: targets must be in [0, ", in.weight.size(0), "), got ",
              first < 0 ? first : last);
}

bool is_fused(const LinearCrossEntropyInputs& in) {
  for (const torch::Tensor* one : {&in.x, &in.weight, &in.bias}) {
    const bool fits = one->device().is_cpu() && one->scalar_type() == torch::kFloat32;
    if (!fits || one->numel() == 0) return false;
  }
  return in.targets.device().is_cpu();
}

}  // namespace

LossSums linear_cross_entropy_reference(const LinearCrossEntropyInputs& in) {
  check(in);
  const torch::Tensor log_p = at::log_softmax(at::linear(in.x, in.weight, in.bias), -1);
  const torch::Tensor nll = log_p.gather(1, in.targets.unsqueeze(1)).sum().neg();
  const torch::Tensor uniform = log_p.sum().neg() / in.weight.size(0);
  return {.loss = nll * (1.0 - in.smoothing) + uniform * in.smoothing, .nll = nll.detach()};
}

LossSums linear_cross_entropy(const LinearCrossEntropyInputs& in) {
  check(in);
  if (!is_fused(in)) return linear_cross_entropy_reference(in);
  const variable_list sums = LinearCrossEntropy::apply(
      in.x, in.weight, in.bias, in.targets.contiguous(), in.smoothing, wanted_by(in));
  return {.loss = sums[0], .nll = sums[1]};
}

}  // namespace nmt::kernels
