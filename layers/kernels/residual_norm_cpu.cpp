#include "layers/kernels/residual_norm_cpu.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "layers/kernels/residual_norm_cpu.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <cmath>

#include "layers/kernels/rows-inl.h"

HWY_BEFORE_NAMESPACE();
namespace nmt::kernels::HWY_NAMESPACE {

void NormRows(const ResidualRows& rows, const float* x, const float* branch, const float* gain,
              const float* bias, float* sum, float* out, float* mean, float* inverse_deviation) {
  const FloatTag d;
  const size_t size = rows.size;
  const FloatVector alpha = hn::Set(d, rows.alpha);
  for (size_t row = 0; row < rows.rows;
       ++row, x += size, branch += size, sum += size, out += size) {
    const RowMask mask(rows.dropout, rows.dropout_seed, rows.first_element + row * size);
    FloatVector total = hn::Zero(d);
    for_each_vector(size, [&](size_t i, auto load, auto store) HWY_ATTR {
      FloatVector added = load(branch);
      if (mask.drops()) added = hn::Mul(added, mask(i));
      const FloatVector s = hn::MulAdd(alpha, load(x), added);
      total = hn::Add(total, s);
      store(s, sum);
    });
    const float middle = sum_of_lanes(total) / static_cast<float>(size);
    const FloatVector middles = hn::Set(d, middle);
    FloatVector squares = hn::Zero(d);
    for_each_vector(size, [&](size_t i, auto load, auto) HWY_ATTR {
      FloatVector distance = hn::Sub(load(sum), middles);
      if (i + hn::Lanes(d) > size) {
        distance = hn::IfThenElseZero(hn::FirstN(d, size - i), distance);
      }
      squares = hn::MulAdd(distance, distance, squares);
    });
    const float variance = sum_of_lanes(squares) / static_cast<float>(size);
    const float inverse = 1.0f / std::sqrt(variance + rows.eps);
    const FloatVector inverses = hn::Set(d, inverse);
    for_each_vector(size, [&](size_t, auto load, auto store) HWY_ATTR {
      const FloatVector normal = hn::Mul(hn::Sub(load(sum), middles), inverses);
      store(hn::MulAdd(load(gain), normal, load(bias)), out);
    });
    mean[row] = middle;
    inverse_deviation[row] = inverse;
  }
}

void NormRowsBackward(const ResidualRows& rows, const float* grad_out, const float* sum,
                      const float* mean, const float* inverse_deviation, const float* gain,
                      const ResidualNormGradients& gradients) {
  const FloatTag d;
  const size_t size = rows.size;
  const FloatVector alpha = hn::Set(d, rows.alpha);
  float* grad_x = gradients.x;
  float* grad_branch = gradients.branch;
  for (size_t row = 0; row < rows.rows; ++row) {
    const FloatVector middle = hn::Set(d, mean[row]);
    const FloatVector inverse = hn::Set(d, inverse_deviation[row]);
    FloatVector first = hn::Zero(d);   // Σ a
    FloatVector second = hn::Zero(d);  // Σ a ∘ ŝ
    for_each_vector(size, [&](size_t, auto load, auto store) HWY_ATTR {
      const FloatVector dy = load(grad_out);
      const FloatVector normal = hn::Mul(hn::Sub(load(sum), middle), inverse);
      const FloatVector a = hn::Mul(load(gain), dy);  // Zero behind the row's end, as dy is.
      first = hn::Add(first, a);
      second = hn::MulAdd(a, normal, second);
      store(hn::MulAdd(dy, normal, load(gradients.gain)), gradients.gain);
      store(hn::Add(dy, load(gradients.bias)), gradients.bias);
    });
    const FloatVector first_mean = hn::Set(d, sum_of_lanes(first) / static_cast<float>(size));
    const FloatVector second_mean = hn::Set(d, sum_of_lanes(second) / static_cast<float>(size));
    const RowMask mask(rows.dropout, rows.dropout_seed, rows.first_element + row * size);
    for_each_vector(size, [&](size_t i, auto load, auto store) HWY_ATTR {
      const FloatVector normal = hn::Mul(hn::Sub(load(sum), middle), inverse);
      const FloatVector a = hn::Sub(hn::Mul(load(gain), load(grad_out)), first_mean);
      const FloatVector ds = hn::Mul(inverse, hn::NegMulAdd(normal, second_mean, a));
      if (grad_x != nullptr) store(hn::Mul(alpha, ds), grad_x);
      store(mask.drops() ? hn::Mul(mask(i), ds) : ds, grad_branch);
    });
    grad_out += size;
    sum += size;
    grad_branch += size;
    if (grad_x != nullptr) grad_x += size;
  }
}

}  // namespace nmt::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace nmt::kernels {

HWY_EXPORT(NormRows);
HWY_EXPORT(NormRowsBackward);

void residual_norm_rows(const ResidualRows& rows, const float* x, const float* branch,
                        const float* gain, const float* bias, float* sum, float* out, float* mean,
                        float* inverse_deviation) {
  HWY_DYNAMIC_DISPATCH(NormRows)
  (rows, x, branch, gain, bias, sum, out, mean, inverse_deviation);
}

void residual_norm_rows_backward(const ResidualRows& rows, const float* grad_out, const float* sum,
                                 const float* mean, const float* inverse_deviation,
                                 const float* gain, const ResidualNormGradients& gradients) {
  HWY_DYNAMIC_DISPATCH(NormRowsBackward)
  (rows, grad_out, sum, mean, inverse_deviation, gain, gradients);
}

}  // namespace nmt::kernels
#endif
