// The passes of residual_linear.h behind the product, over plain arrays of float, without LibTorch.
// One SIMD body is compiled for every instruction set and chosen at run time; it trusts its input.

#pragma once

#include <cstddef>
#include <cstdint>

namespace nmt::kernels {

/// y ← M ∘ max(0, y + b) in each of `rows` rows of `size` numbers, side by side. The first number
/// draws number `first_element` of the mask.
void add_bias_relu_drop(float* y, const float* bias, size_t rows, size_t size, double dropout,
                        uint64_t dropout_seed, uint64_t first_element);

/// dh = keep · dy where y > 0, else 0; adds its sum over rows to db [size].
void relu_backward(const float* y, const float* grad_y, size_t rows, size_t size, float keep,
                   float* grad_product, float* grad_bias);

}  // namespace nmt::kernels
