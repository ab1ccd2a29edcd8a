#include "layers/kernels/sigma_weight_cpu.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "layers/kernels/sigma_weight_cpu.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <algorithm>

#include "layers/kernels/rows-inl.h"

HWY_BEFORE_NAMESPACE();
namespace nmt::kernels::HWY_NAMESPACE {

// Rows at a time: independent sums hide the latency of the additions.
constexpr size_t kBlockRows = 8;

// sums[r] = row r times v, for kRows rows.
template <size_t kRows>
HWY_INLINE void multiply_block(const float* w, size_t columns, const float* v, float* sums) {
  const FloatTag d;
  const size_t lanes = hn::Lanes(d);
  FloatVector totals[kRows];
  for (size_t r = 0; r < kRows; ++r) totals[r] = hn::Zero(d);
  size_t i = 0;
  for (; i + lanes <= columns; i += lanes) {
    const FloatVector x = hn::LoadU(d, v + i);
    for (size_t r = 0; r < kRows; ++r) {
      totals[r] = hn::MulAdd(hn::LoadU(d, w + r * columns + i), x, totals[r]);
    }
  }
  for (size_t r = 0; r < kRows; ++r) sums[r] = sum_of_lanes(totals[r]);
  for (; i < columns; ++i) {
    for (size_t r = 0; r < kRows; ++r) sums[r] += w[r * columns + i] * v[i];
  }
}

// image += Σ factors[r] · row r, over kRows rows.
template <size_t kRows>
HWY_INLINE void add_block(const float* w, size_t columns, const float* factors, float* image) {
  const FloatTag d;
  const size_t lanes = hn::Lanes(d);
  FloatVector factor[kRows];
  for (size_t r = 0; r < kRows; ++r) factor[r] = hn::Set(d, factors[r]);
  size_t i = 0;
  for (; i + lanes <= columns; i += lanes) {
    FloatVector sum = hn::LoadU(d, image + i);
    for (size_t r = 0; r < kRows; ++r) {
      sum = hn::MulAdd(factor[r], hn::LoadU(d, w + r * columns + i), sum);
    }
    hn::StoreU(sum, d, image + i);
  }
  for (; i < columns; ++i) {
    for (size_t r = 0; r < kRows; ++r) image[i] += factors[r] * w[r * columns + i];
  }
}

template <size_t kRows>
HWY_INLINE void add_gram_block(const float* w, size_t columns, const float* v, float* image) {
  float products[kRows];
  multiply_block<kRows>(w, columns, v, products);
  add_block<kRows>(w, columns, products, image);
}

void AddGramProduct(const MatrixRows& w, const float* v, float* image) {
  const float* rows = w.data;
  size_t row = 0;
  for (; row + kBlockRows <= w.rows; row += kBlockRows, rows += kBlockRows * w.columns) {
    add_gram_block<kBlockRows>(rows, w.columns, v, image);
  }
  for (; row < w.rows; ++row, rows += w.columns) add_gram_block<1>(rows, w.columns, v, image);
}

void Multiply(const MatrixRows& w, const float* v, float* image) {
  const float* rows = w.data;
  size_t row = 0;
  for (; row + kBlockRows <= w.rows; row += kBlockRows, rows += kBlockRows * w.columns) {
    multiply_block<kBlockRows>(rows, w.columns, v, image + row);
  }
  for (; row < w.rows; ++row, rows += w.columns) multiply_block<1>(rows, w.columns, v, image + row);
}

double SumOfSquares(const float* x, size_t count) {
  const hn::ScalableTag<double> d;
  const hn::Rebind<float, decltype(d)> narrow;
  auto sums = hn::Zero(d);
  size_t i = 0;
  for (; i + hn::Lanes(d) <= count; i += hn::Lanes(d)) {
    const auto wide = hn::PromoteTo(d, hn::LoadU(narrow, x + i));
    sums = hn::MulAdd(wide, wide, sums);
  }
  double total = hn::GetLane(hn::SumOfLanes(d, sums));
  for (; i < count; ++i) total += double{x[i]} * double{x[i]};
  return total;
}

// A stretch of `dot`.
HWY_INLINE float short_dot(const float* x, const float* y, size_t count) {
  const FloatTag d;
  const size_t lanes = hn::Lanes(d);
  FloatVector sums[4] = {hn::Zero(d), hn::Zero(d), hn::Zero(d), hn::Zero(d)};
  size_t i = 0;
  for (; i + 4 * lanes <= count; i += 4 * lanes) {
    for (size_t v = 0; v < 4; ++v) {
      const size_t at = i + v * lanes;
      sums[v] = hn::MulAdd(hn::LoadU(d, x + at), hn::LoadU(d, y + at), sums[v]);
    }
  }
  float total = sum_of_lanes(hn::Add(hn::Add(sums[0], sums[1]), hn::Add(sums[2], sums[3])));
  for (; i < count; ++i) total += x[i] * y[i];
  return total;
}

double Dot(const float* x, const float* y, size_t count) {
  constexpr size_t kStretch = 4096;
  double total = 0.0;
  for (size_t i = 0; i < count; i += kStretch) {
    total += double{short_dot(x + i, y + i, std::min(kStretch, count - i))};
  }
  return total;
}

void Scale(const float* from, size_t count, float factor, float* to) {
  const FloatVector factors = hn::Set(FloatTag(), factor);
  for_each_vector(count, [&](size_t, auto load, auto store)
                             HWY_ATTR { store(hn::Mul(factors, load(from)), to); });
}

void ScaleAndAddOuterProduct(float* a, size_t rows, size_t columns, float factor, float outer,
                             const float* u, const float* v) {
  const FloatTag d;
  const FloatVector factors = hn::Set(d, factor);
  for (size_t row = 0; row < rows; ++row, a += columns) {
    const FloatVector along = hn::Set(d, outer * u[row]);
    for_each_vector(columns, [&](size_t, auto load, auto store) HWY_ATTR {
      store(hn::MulAdd(along, load(v), hn::Mul(factors, load(a))), a);
    });
  }
}

}  // namespace nmt::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace nmt::kernels {

HWY_EXPORT(AddGramProduct);
HWY_EXPORT(Multiply);
HWY_EXPORT(SumOfSquares);
HWY_EXPORT(Dot);
HWY_EXPORT(Scale);
HWY_EXPORT(ScaleAndAddOuterProduct);

void add_gram_product(const MatrixRows& w, const float* v, float* image) {
  HWY_DYNAMIC_DISPATCH(AddGramProduct)(w, v, image);
}

void multiply(const MatrixRows& w, const float* v, float* image) {
  HWY_DYNAMIC_DISPATCH(Multiply)(w, v, image);
}

double sum_of_squares(const float* x, size_t count) {
  return HWY_DYNAMIC_DISPATCH(SumOfSquares)(x, count);
}

double dot(const float* x, const float* y, size_t count) {
  return HWY_DYNAMIC_DISPATCH(Dot)(x, y, count);
}

void scale(const float* from, size_t count, float factor, float* to) {
  HWY_DYNAMIC_DISPATCH(Scale)(from, count, factor, to);
}

void scale_and_add_outer_product(float* a, size_t rows, size_t columns, float factor, float outer,
                                 const float* u, const float* v) {
  HWY_DYNAMIC_DISPATCH(ScaleAndAddOuterProduct)(a, rows, columns, factor, outer, u, v);
}

}  // namespace nmt::kernels
#endif
