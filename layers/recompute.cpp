#include "layers/recompute.h"

#include "layers/kernels/optional_tensor.h"

namespace nmt::layers {
namespace {

using kernels::optional_tensor;
using kernels::OptionalTensor;
using kernels::tensor_or_undefined;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// What the second run needs besides tensors.
struct Run : torch::CustomClassHolder {
  LayerPass pass;
  ResidualStream stream;   // Without its tensors.
  ForwardContext context;  // Its generator as it was before the first run.
};

class Recomputed : public torch::autograd::Function<Recomputed> {
 public:
  // {x, branch} of the stream behind the layer; what else is in it is left in `end`.
  static variable_list forward(AutogradContext* context, const torch::Tensor& x,
                               const OptionalTensor& branch, const OptionalTensor& memory,
                               const c10::intrusive_ptr<Run>& run, const ForwardContext& now,
                               ResidualStream* end) {
    *end = run->stream;
    end->sum.x = x;
    end->sum.branch = tensor_or_undefined(branch);
    run->pass(*end, tensor_or_undefined(memory), now);
    context->save_for_backward({x, tensor_or_undefined(branch), tensor_or_undefined(memory)});
    context->saved_data["run"] = c10::IValue::make_capsule(run);
    context->set_materialize_grads(false);
    return {end->sum.x, end->sum.branch};
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    TORCH_CHECK(!torch::GradMode::is_enabled(),
                "recompute: a layer that is recomputed can be differentiated once only");
    const c10::intrusive_ptr<torch::CustomClassHolder> capsule =
        context->saved_data["run"].toCapsule();
    const Run& run = static_cast<const Run&>(*capsule);
    variable_list inputs = context->get_saved_variables();
    for (torch::Tensor& input : inputs) {
      if (input.defined()) input = input.detach().requires_grad_(true);
    }
    run_again(run, inputs, gradients);
    variable_list result(6);
    for (size_t i = 0; i < inputs.size(); ++i) {
      if (inputs[i].defined()) result[i] = inputs[i].grad();
    }
    return result;
  }

 private:
  static void run_again(const Run& run, const variable_list& inputs,
                        const variable_list& gradients) {
    const torch::AutoGradMode with_graph(true);
    ForwardContext context = run.context;
    context.graph_alone = true;
    if (context.dropout_generator) context.dropout_generator = context.dropout_generator->clone();
    ResidualStream stream = run.stream;
    stream.sum.x = inputs[0];
    stream.sum.branch = inputs[1];
    run.pass(stream, inputs[2], context);
    variable_list roots, seeds;
    const variable_list outputs = {stream.sum.x, stream.sum.branch};
    for (size_t i = 0; i < outputs.size(); ++i) {
      if (!gradients[i].defined()) continue;
      roots.push_back(outputs[i]);
      seeds.push_back(gradients[i]);
    }
    torch::autograd::backward(roots, seeds);
  }
};

}  // namespace

void run_layer(const LayerPass& pass, ResidualStream& stream, const torch::Tensor& memory,
               const ForwardContext& context) {
  if (!context.recompute || !torch::GradMode::is_enabled()) {
    pass(stream, memory, context);
    return;
  }
  auto run = c10::make_intrusive<Run>();
  run->pass = pass;
  run->stream = stream;
  run->stream.sum.x = run->stream.sum.branch = torch::Tensor();
  run->context = context;
  run->context.observer = nullptr;
  if (context.dropout_generator) {
    run->context.dropout_generator = context.dropout_generator->clone();
  }
  ResidualStream end;
  const variable_list outputs = Recomputed::apply(stream.sum.x, optional_tensor(stream.sum.branch),
                                                  optional_tensor(memory), run, context, &end);
  end.sum.x = outputs[0];
  end.sum.branch = outputs[1];
  stream = end;
}

}  // namespace nmt::layers
