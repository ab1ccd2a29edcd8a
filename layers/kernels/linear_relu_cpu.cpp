#include "layers/kernels/linear_relu_cpu.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "layers/kernels/linear_relu_cpu.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "layers/kernels/rows-inl.h"

HWY_BEFORE_NAMESPACE();
namespace nmt::kernels::HWY_NAMESPACE {

void AddBiasReluDrop(float* y, const float* bias, size_t rows, size_t size, double dropout,
                     uint64_t dropout_seed, uint64_t first_element) {
  const FloatTag d;
  for (size_t row = 0; row < rows; ++row, y += size) {
    const RowMask mask(dropout, dropout_seed, first_element + row * size);
    for_each_vector(size, [&](size_t i, auto load, auto store) HWY_ATTR {
      const FloatVector h = hn::Add(load(y), load(bias));
      const FloatVector on =
          hn::IfThenElse(hn::Lt(h, hn::Zero(d)), hn::Zero(d), h);  // Keeps a NaN.
      store(mask.drops() ? hn::Mul(on, mask(i)) : on, y);
    });
  }
}

void ReluBackward(const float* y, const float* grad_y, size_t rows, size_t size, float keep,
                  float* grad_product, float* grad_bias) {
  const FloatTag d;
  const FloatVector kept = hn::Set(d, keep);
  for (size_t row = 0; row < rows; ++row, y += size, grad_y += size, grad_product += size) {
    for_each_vector(size, [&](size_t, auto load, auto store) HWY_ATTR {
      // A NaN passes its gradient on, as LibTorch's ReLU does.
      const auto off = hn::Le(load(y), hn::Zero(d));
      const FloatVector gradient = hn::IfThenZeroElse(off, hn::Mul(kept, load(grad_y)));
      store(gradient, grad_product);
      store(hn::Add(gradient, load(grad_bias)), grad_bias);
    });
  }
}

}  // namespace nmt::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace nmt::kernels {

HWY_EXPORT(AddBiasReluDrop);
HWY_EXPORT(ReluBackward);

void add_bias_relu_drop(float* y, const float* bias, size_t rows, size_t size, double dropout,
                        uint64_t dropout_seed, uint64_t first_element) {
  HWY_DYNAMIC_DISPATCH(AddBiasReluDrop)(y, bias, rows, size, dropout, dropout_seed, first_element);
}

void relu_backward(const float* y, const float* grad_y, size_t rows, size_t size, float keep,
                   float* grad_product, float* grad_bias) {
  HWY_DYNAMIC_DISPATCH(ReluBackward)(y, grad_y, rows, size, keep, grad_product, grad_bias);
}

}  // namespace nmt::kernels
#endif
