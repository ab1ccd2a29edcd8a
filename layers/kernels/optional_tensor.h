// Inputs of a torch::autograd::Function that may be absent: it takes an empty optional, and fails
// on an undefined tensor.

#pragma once

#include <torch/autograd.h>
#include <torch/types.h>

#include <optional>

namespace nmt::kernels {

using OptionalTensor = std::optional<torch::Tensor>;

/// Empty if `x` is undefined.
inline OptionalTensor optional_tensor(const torch::Tensor& x) {
  return x.defined() ? OptionalTensor(x) : std::nullopt;
}

/// Undefined if `x` is empty.
inline torch::Tensor tensor_or_undefined(const OptionalTensor& x) {
  return x.value_or(torch::Tensor());
}

}  // namespace nmt::kernels
