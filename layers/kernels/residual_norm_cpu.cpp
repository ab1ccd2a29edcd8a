#include "layers/kernels/residual_norm_cpu.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "layers/kernels/residual_norm_cpu.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <cmath>

#include "layers/kernels/rows-inl.h"

HWY_BEFORE_NAMESPACE();
namespace nmt::kernels::HWY_NAMESPACE {

HWY_INLINE RowMask mask_of(const ResidualRows& rows, size_t row) {
  return {rows.dropout, rows.dropout_seed, rows.first_element + row * rows.size};
}

// s of one row; returns the sum of its numbers.
HWY_INLINE float sum_row(const ResidualRows& rows, size_t row, const float* x, const float* branch,
                         float* sum) {
  const FloatTag d;
  const FloatVector alpha = hn::Set(d, rows.alpha);
  const RowMask mask = mask_of(rows, row);
  FloatVector total = hn::Zero(d);
  for_each_vector(rows.size, [&](size_t i, auto load, auto store) HWY_ATTR {
    FloatVector added = load(branch);
    if (mask.drops()) added = hn::Mul(added, mask(i));
    const FloatVector s = hn::MulAdd(alpha, load(x), added);
    total = hn::Add(total, s);
    store(s, sum);
  });
  return sum_of_lanes(total);
}

HWY_INLINE float total_of_row(size_t size, const float* row) {
  FloatVector total = hn::Zero(FloatTag());
  for_each_vector(size,
                  [&](size_t, auto load, auto) HWY_ATTR { total = hn::Add(total, load(row)); });
  return sum_of_lanes(total);
}

HWY_INLINE float squared_distance(size_t size, const float* row, float middle) {
  const FloatTag d;
  const FloatVector middles = hn::Set(d, middle);
  FloatVector squares = hn::Zero(d);
  for_each_vector(size, [&](size_t i, auto load, auto) HWY_ATTR {
    FloatVector distance = hn::Sub(load(row), middles);
    if (i + hn::Lanes(d) > size) {
      distance = hn::IfThenElseZero(hn::FirstN(d, size - i), distance);
    }
    squares = hn::MulAdd(distance, distance, squares);
  });
  return sum_of_lanes(squares);
}

HWY_INLINE void write_normed(size_t size, const float* sum, float mean, float inverse,
                             const float* gain, const float* bias, float* out) {
  const FloatTag d;
  const FloatVector middle = hn::Set(d, mean);
  const FloatVector scale = hn::Set(d, inverse);
  for_each_vector(size, [&](size_t, auto load, auto store) HWY_ATTR {
    const FloatVector normal = hn::Mul(hn::Sub(load(sum), middle), scale);
    store(hn::MulAdd(load(gain), normal, load(bias)), out);
  });
}

HWY_INLINE void norm_row(const ResidualRows& rows, const float* sum, float total, const float* gain,
                         const float* bias, float* out, float* mean, float* inverse) {
  const float count = static_cast<float>(rows.size);
  *mean = total / count;
  *inverse = 1.0f / std::sqrt(squared_distance(rows.size, sum, *mean) / count + rows.eps);
  write_normed(rows.size, sum, *mean, *inverse, gain, bias, out);
}

void SumRows(const ResidualRows& rows, const float* x, const float* branch, float* sum) {
  for (size_t row = 0, at = 0; row < rows.rows; ++row, at += rows.size) {
    sum_row(rows, row, x + at, branch + at, sum + at);
  }
}

void NormRows(const ResidualRows& rows, const float* sum, const float* gain, const float* bias,
              float* out, float* mean, float* inverse) {
  for (size_t row = 0, at = 0; row < rows.rows; ++row, at += rows.size) {
    norm_row(rows, sum + at, total_of_row(rows.size, sum + at), gain, bias, out + at, mean + row,
             inverse + row);
  }
}

void SumAndNormRows(const ResidualRows& rows, const float* x, const float* branch,
                    const float* gain, const float* bias, float* sum, float* out, float* mean,
                    float* inverse) {
  for (size_t row = 0, at = 0; row < rows.rows; ++row, at += rows.size) {
    const float total = sum_row(rows, row, x + at, branch + at, sum + at);
    norm_row(rows, sum + at, total, gain, bias, out + at, mean + row, inverse + row);
  }
}

void NormRowsAgain(const ResidualRows& rows, const float* sum, const float* mean,
                   const float* inverse, const float* gain, const float* bias, float* out) {
  for (size_t row = 0, at = 0; row < rows.rows; ++row, at += rows.size) {
    write_normed(rows.size, sum + at, mean[row], inverse[row], gain, bias, out + at);
  }
}

// dx and df of one row, a vector at a time, from ds.
class GradientsOfRow {
 public:
  GradientsOfRow(const ResidualRows& rows, size_t row, const ResidualGradients& gradients)
      : alpha_(hn::Set(FloatTag(), rows.alpha)),
        mask_(mask_of(rows, row)),
        x_(gradients.x == nullptr ? nullptr : gradients.x + row * rows.size),
        branch_(gradients.branch == nullptr ? nullptr : gradients.branch + row * rows.size) {}

  template <class Store>
  HWY_INLINE void write(size_t i, FloatVector ds, const Store& store) const {
    if (x_ != nullptr) store(hn::Mul(alpha_, ds), x_);
    if (branch_ != nullptr) store(mask_.drops() ? hn::Mul(mask_(i), ds) : ds, branch_);
  }

 private:
  FloatVector alpha_;
  RowMask mask_;
  float* x_;
  float* branch_;
};

void SumRowsBackward(const ResidualRows& rows, const float* grad_sum, const float* grad_stream,
                     const ResidualGradients& gradients) {
  const FloatTag d;
  for (size_t row = 0, at = 0; row < rows.rows; ++row, at += rows.size) {
    const GradientsOfRow result(rows, row, gradients);
    for_each_vector(rows.size, [&](size_t i, auto load, auto store) HWY_ATTR {
      FloatVector ds = grad_sum == nullptr ? hn::Zero(d) : load(grad_sum + at);
      if (grad_stream != nullptr) ds = hn::Add(ds, load(grad_stream + at));
      result.write(i, ds, store);
    });
  }
}

void NormRowsBackward(const ResidualRows& rows, const NormBackwardInputs& in,
                      const ResidualGradients& gradients, const NormGradients& norm_gradients) {
  const FloatTag d;
  const size_t size = rows.size;
  for (size_t row = 0, at = 0; row < rows.rows; ++row, at += size) {
    const FloatVector middle = hn::Set(d, in.mean[row]);
    const FloatVector inverse = hn::Set(d, in.inverse_deviation[row]);
    const float* sum = in.sum + at;
    const auto load_dn = [&](auto load) HWY_ATTR {
      const FloatVector dn = load(in.grad_out + at);
      return in.grad_out_2 == nullptr ? dn : hn::Add(dn, load(in.grad_out_2 + at));
    };
    FloatVector first = hn::Zero(d);   // Σ a
    FloatVector second = hn::Zero(d);  // Σ a ∘ ŝ
    for_each_vector(size, [&](size_t, auto load, auto store) HWY_ATTR {
      const FloatVector dn = load_dn(load);
      const FloatVector normal = hn::Mul(hn::Sub(load(sum), middle), inverse);
      const FloatVector a = hn::Mul(load(in.gain), dn);  // Zero behind the row's end, as dn is.
      first = hn::Add(first, a);
      second = hn::MulAdd(a, normal, second);
      store(hn::MulAdd(dn, normal, load(norm_gradients.gain)), norm_gradients.gain);
      store(hn::Add(dn, load(norm_gradients.bias)), norm_gradients.bias);
    });
    const FloatVector first_mean = hn::Set(d, sum_of_lanes(first) / static_cast<float>(size));
    const FloatVector second_mean = hn::Set(d, sum_of_lanes(second) / static_cast<float>(size));
    const GradientsOfRow result(rows, row, gradients);
    for_each_vector(size, [&](size_t i, auto load, auto store) HWY_ATTR {
      const FloatVector normal = hn::Mul(hn::Sub(load(sum), middle), inverse);
      const FloatVector a = hn::Sub(hn::Mul(load(in.gain), load_dn(load)), first_mean);
      FloatVector ds = hn::Mul(inverse, hn::NegMulAdd(normal, second_mean, a));
      if (in.grad_stream != nullptr) ds = hn::Add(ds, load(in.grad_stream + at));
      result.write(i, ds, store);
    });
  }
}

}  // namespace nmt::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace nmt::kernels {

HWY_EXPORT(SumRows);
HWY_EXPORT(NormRows);
HWY_EXPORT(SumAndNormRows);
HWY_EXPORT(NormRowsAgain);
HWY_EXPORT(SumRowsBackward);
HWY_EXPORT(NormRowsBackward);

void residual_sum_rows(const ResidualRows& rows, const float* x, const float* branch, float* sum) {
  HWY_DYNAMIC_DISPATCH(SumRows)(rows, x, branch, sum);
}

void norm_rows(const ResidualRows& rows, const float* sum, const float* gain, const float* bias,
               float* out, float* mean, float* inverse_deviation) {
  HWY_DYNAMIC_DISPATCH(NormRows)(rows, sum, gain, bias, out, mean, inverse_deviation);
}

void residual_norm_rows(const ResidualRows& rows, const float* x, const float* branch,
                        const float* gain, const float* bias, float* sum, float* out, float* mean,
                        float* inverse_deviation) {
  HWY_DYNAMIC_DISPATCH(SumAndNormRows)
  (rows, x, branch, gain, bias, sum, out, mean, inverse_deviation);
}

void norm_rows_again(const ResidualRows& rows, const float* sum, const float* mean,
                     const float* inverse_deviation, const float* gain, const float* bias,
                     float* out) {
  HWY_DYNAMIC_DISPATCH(NormRowsAgain)(rows, sum, mean, inverse_deviation, gain, bias, out);
}

void residual_sum_rows_backward(const ResidualRows& rows, const float* grad_sum,
                                const float* grad_stream, const ResidualGradients& gradients) {
  HWY_DYNAMIC_DISPATCH(SumRowsBackward)(rows, grad_sum, grad_stream, gradients);
}

void residual_norm_rows_backward(const ResidualRows& rows, const NormBackwardInputs& inputs,
                                 const ResidualGradients& gradients,
                                 const NormGradients& norm_gradients) {
  HWY_DYNAMIC_DISPATCH(NormRowsBackward)(rows, inputs, gradients, norm_gradients);
}

}  // namespace nmt::kernels
#endif
