#include "layers/embedding.h"

#include <cmath>

#include "layers/dropout.h"

namespace nmt::layers {

std::shared_ptr<StackedLinear> make_embedding_matrix(torch::nn::Module& owner,
                                                     const std::string& name, int64_t vocab_size,
                                                     const BlockOptions& block,
                                                     bool reparametrised) {
  StackedLinearOptions options = single_linear(name, block.d_model, vocab_size, block);
  if (!reparametrised) options.kind = LinearKind::kPlain;
  options.bias = false;
  return std::make_shared<StackedLinear>(owner, options);
}

torch::Tensor embed(const StackedLinear& matrix, PositionsImpl& positions, const torch::Tensor& ids,
                    const torch::Tensor& at, double dropout_probability,
                    const ForwardContext& context) {
  const torch::Tensor rows = at::embedding(matrix.leaves()[0], ids);
  const double scale = std::sqrt(static_cast<double>(rows.size(-1)));
  return dropout(at::add(positions.forward(at), rows, scale), dropout_probability, context);
}

OutputProjection::OutputProjection(torch::nn::Module& owner, std::shared_ptr<StackedLinear> matrix,
                                   int64_t vocab_size)
    : matrix_(std::move(matrix)), bias_(torch::zeros({vocab_size})) {
  bias_ = owner.register_parameter("bias", bias_);
}

torch::Tensor OutputProjection::forward(const torch::Tensor& x) const {
  return at::linear(x, matrix_->leaves()[0], bias_);
}

LossSums OutputProjection::loss(const torch::Tensor& x, const torch::Tensor& targets,
                                double smoothing, BackendKind backend) const {
  const kernels::LinearCrossEntropyInputs inputs{.x = x,
                                                 .weight = matrix_->leaves()[0],
                                                 .bias = bias_,
                                                 .targets = targets,
                                                 .smoothing = smoothing};
  return backend == BackendKind::kFused ? kernels::linear_cross_entropy(inputs)
                                        : kernels::linear_cross_entropy_reference(inputs);
}

}  // namespace nmt::layers
