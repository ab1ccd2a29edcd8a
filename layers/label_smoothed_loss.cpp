#include "layers/label_smoothed_loss.h"

namespace nmt::layers {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// dL/dlogits = softmax − q, in one buffer: the log-probabilities are overwritten in backward.
class LabelSmoothedLoss : public torch::autograd::Function<LabelSmoothedLoss> {
 public:
  static variable_list forward(AutogradContext* ctx, const torch::Tensor& logits,
                               const torch::Tensor& targets, double smoothing) {
    const torch::Tensor log_probabilities = at::log_softmax(logits, -1);
    const torch::Tensor nll = log_probabilities.gather(1, targets.unsqueeze(1)).sum().neg();
    torch::Tensor loss = nll;
    if (smoothing > 0) {
      const torch::Tensor uniform = log_probabilities.sum().neg() / logits.size(1);
      loss = nll * (1.0 - smoothing) + uniform * smoothing;
    }
    ctx->save_for_backward({log_probabilities, targets});
    ctx->saved_data["smoothing"] = smoothing;
    const torch::Tensor reported = nll.clone();
    ctx->mark_non_differentiable({reported});
    return {loss, reported};
  }

  static variable_list backward(AutogradContext* ctx, variable_list gradients) {
    const variable_list saved = ctx->get_saved_variables();
    const double smoothing = ctx->saved_data["smoothing"].toDouble();
    torch::Tensor gradient = saved[0].exp();
    if (smoothing > 0) gradient.sub_(smoothing / gradient.size(1));
    const torch::Tensor rows = saved[1].unsqueeze(1);
    gradient.scatter_add_(1, rows, torch::full(rows.sizes(), smoothing - 1.0, gradient.options()));
    return {gradient.mul_(gradients[0]), torch::Tensor(), torch::Tensor()};
  }
};

}  // namespace

LossSums label_smoothed_loss(const torch::Tensor& logits, const torch::Tensor& targets,
                             double smoothing) {
  TORCH_CHECK(logits.dim() == 2 && targets.dim() == 1 && targets.size(0) == logits.size(0),
              "label_smoothed_loss: needs logits [N, V] and targets [N], got ", logits.sizes(),
              " and ", targets.sizes());
  const variable_list sums = LabelSmoothedLoss::apply(logits, targets, smoothing);
  return {.loss = sums[0], .nll = sums[1]};
}

}  // namespace nmt::layers
