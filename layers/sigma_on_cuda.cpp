#include "layers/sigma_on_cuda.h"

#include <ATen/record_function.h>

#include "layers/kernels/sigma_weight_cuda.h"
#include "layers/sigma_parametrization.h"

namespace nmt::layers {
namespace {

using kernels::SigmaGradientCuda;
using kernels::SigmaMatrixCuda;

bool fits(const StackedLinear& linear) {
  const LinearKind kind = linear.options().kind;
  if (kind != LinearKind::kSigma && kind != LinearKind::kSpectralNorm) return false;
  for (const StackedLinear::Group& group : linear.groups()) {
    if (!group.raw.is_cuda() || group.raw.scalar_type() != torch::kFloat32) return false;
    if (group.parts > kernels::kMostGradientBlocks) return false;
  }
  return true;
}

const SigmaParametrization& sigma_of(const StackedLinear::Group& group) {
  return static_cast<const SigmaParametrization&>(*group.parametrization);
}

template <class Row>
torch::Tensor bytes_on(torch::Device device, std::vector<Row>& table) {
  const auto bytes = static_cast<int64_t>(table.size() * sizeof(Row));
  return torch::from_blob(table.data(), {bytes}, torch::kUInt8).to(device);
}

SigmaMatrixCuda matrix_of(const StackedLinear::Group& group, const torch::Tensor& scratch) {
  const SigmaParametrization& sigma = sigma_of(group);
  return {.weight = group.raw.const_data_ptr<float>(),
          .effective = group.effective.mutable_data_ptr<float>(),
          .gamma = sigma.gamma.const_data_ptr<float>(),
          .right = sigma.right().mutable_data_ptr<float>(),
          .left = sigma.left().mutable_data_ptr<float>(),
          .sigma = sigma.sigma_tensor().mutable_data_ptr<double>(),
          .scratch = scratch.mutable_data_ptr<float>(),
          .rows = group.raw.size(0),
          .columns = group.raw.size(1)};
}

SigmaGradientCuda gradient_of(const StackedLinear& linear, const StackedLinear::Group& group) {
  SigmaGradientCuda gradient{};
  for (int64_t i = 0; i < group.parts; ++i) {
    const torch::Tensor block = linear.parts()[group.first_part + i]->weight.grad();
    gradient.block[i] = block.mutable_data_ptr<float>();
    gradient.rows[i] = block.size(0);
  }
  return gradient;
}

}  // namespace

SigmaOnCuda::SigmaOnCuda(const std::vector<StackedLinear*>& linears) {
  std::vector<const StackedLinear::Group*> groups;
  int64_t columns = 0;
  for (StackedLinear* linear : linears) {
    if (!fits(*linear)) continue;
    linears_.push_back(linear);
    covered_.insert(linear);
    for (const StackedLinear::Group& group : linear->groups()) {
      groups.push_back(&group);
      columns += group.raw.size(1);
      const SigmaParametrization& sigma = sigma_of(group);
      gammas_.push_back(sigma.own_parameters().empty() ? torch::Tensor() : sigma.gamma);
    }
  }
  if (groups.empty()) return;
  scratch_ = torch::empty({columns}, groups[0]->raw.options().requires_grad(false));
  std::vector<SigmaMatrixCuda> table;
  int64_t first = 0;
  for (const StackedLinear::Group* group : groups) {
    table.push_back(matrix_of(*group, scratch_.narrow(0, first, group->raw.size(1))));
    first += group->raw.size(1);
  }
  matrices_ = bytes_on(scratch_.device(), table);
}

void SigmaOnCuda::pull_gradients_back() {
  if (linears_.empty()) return;
  RECORD_USER_SCOPE("gradients of sigma");
  const torch::NoGradGuard no_grad;
  std::vector<SigmaGradientCuda> table;
  for (StackedLinear* linear : linears_) {
    linear->hand_gradients_to_parts();
    for (const StackedLinear::Group& group : linear->groups()) {
      table.push_back(gradient_of(*linear, group));
    }
  }
  const auto count = static_cast<int64_t>(table.size());
  const torch::Tensor along = torch::empty({count}, scratch_.options());
  const torch::Tensor gradients = bytes_on(scratch_.device(), table);
  kernels::pull_back_cuda(static_cast<const SigmaMatrixCuda*>(matrices_.const_data_ptr()),
                          static_cast<const SigmaGradientCuda*>(gradients.const_data_ptr()), count,
                          along.mutable_data_ptr<float>());
  for (int64_t i = 0; i < count; ++i) {
    if (gammas_[i].defined()) gammas_[i].mutable_grad() = along.narrow(0, i, 1);
  }
}

void SigmaOnCuda::advance(int64_t power_steps) {
  write(power_steps);
}

void SigmaOnCuda::refresh() {
  write(/*power_steps=*/0);
}

void SigmaOnCuda::write(int64_t power_steps) {
  if (linears_.empty()) return;
  RECORD_USER_SCOPE("power step, new weights");
  kernels::write_scaled_cuda(static_cast<const SigmaMatrixCuda*>(matrices_.const_data_ptr()),
                             static_cast<int64_t>(gammas_.size()), power_steps);
}

}  // namespace nmt::layers
