#include "layers/kernels/linear_cross_entropy_cpu.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "layers/kernels/linear_cross_entropy_cpu.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "layers/kernels/rows-inl.h"

HWY_BEFORE_NAMESPACE();
namespace nmt::kernels::HWY_NAMESPACE {

// Calls work(first, count) for each block of a row: what is summed in float within a block is
// summed in double over them.
template <class Work>
HWY_INLINE void for_each_block(size_t size, const Work& work) {
  constexpr size_t kBlock = 1024;
  for (size_t first = 0; first < size; first += kBlock) {
    work(first, std::min(kBlock, size - first));
  }
}

struct BlockExtent {
  float largest;
  float sum;
};

HWY_INLINE BlockExtent extent_of_block(const float* logits, size_t size) {
  const FloatTag d;
  FloatVector largest = hn::Set(d, -std::numeric_limits<float>::infinity());
  FloatVector sum = hn::Zero(d);
  for_each_vector(size, [&](size_t i, auto load, auto) HWY_ATTR {
    const FloatVector z = load(logits);
    sum = hn::Add(sum, z);
    const bool whole = i + hn::Lanes(d) <= size;
    largest = hn::Max(largest, whole ? z : hn::IfThenElse(hn::FirstN(d, size - i), z, largest));
  });
  return {hn::GetLane(hn::MaxOfLanes(d, largest)), sum_of_lanes(sum)};
}

// Σ e^(z − largest), whose terms replace the logits if they are to be kept.
template <bool kKeep>
HWY_INLINE float sum_of_exponentials(float* logits, size_t size, float largest) {
  const FloatTag d;
  const FloatVector shift = hn::Set(d, largest);
  FloatVector sum = hn::Zero(d);
  for_each_vector(size, [&](size_t i, auto load, auto store) HWY_ATTR {
    FloatVector e = exp_of_negative(hn::Sub(load(logits), shift));
    if constexpr (kKeep) store(e, logits);
    if (i + hn::Lanes(d) > size) e = hn::IfThenElseZero(hn::FirstN(d, size - i), e);
    sum = hn::Add(sum, e);
  });
  return sum_of_lanes(sum);
}

// values ← factor · values − share; adds the result to grad_bias.
HWY_INLINE void subtract_uniform(float* values, size_t size, float factor, float share,
                                 float* grad_bias) {
  const FloatTag d;
  const FloatVector factors = hn::Set(d, factor);
  const FloatVector shares = hn::Set(d, share);
  for_each_vector(size, [&](size_t, auto load, auto store) HWY_ATTR {
    const FloatVector gradient = hn::MulSub(load(values), factors, shares);
    store(gradient, values);
    store(hn::Add(gradient, load(grad_bias)), grad_bias);
  });
}

struct RowTotals {
  float largest = -std::numeric_limits<float>::infinity();
  double sum = 0.0;
  double exponentials = 0.0;  // Σ e^(z − largest)
};

template <bool kKeep>
HWY_INLINE RowTotals totals_of(float* logits, size_t size) {
  RowTotals totals;
  for_each_block(size, [&](size_t first, size_t count) HWY_ATTR {
    const BlockExtent block = extent_of_block(logits + first, count);
    totals.largest = std::max(totals.largest, block.largest);
    totals.sum += block.sum;
  });
  for_each_block(size, [&](size_t first, size_t count) HWY_ATTR {
    totals.exponentials += sum_of_exponentials<kKeep>(logits + first, count, totals.largest);
  });
  // Neither the maximum nor e^x keeps every NaN.
  if (std::isnan(totals.sum)) totals.exponentials = totals.sum;
  return totals;
}

template <bool kGradient>
void Rows(const CrossEntropyRows& rows, float* grad_bias, CrossEntropySums& sums) {
  const size_t size = rows.size;
  const double eps = rows.smoothing, share = eps / static_cast<double>(size);
  float* logits = rows.logits;
  for (size_t row = 0; row < rows.rows; ++row, logits += size) {
    const int64_t target = rows.targets[row];
    const double of_target = logits[target];
    const RowTotals totals = totals_of<kGradient>(logits, size);
    const double log_total = totals.largest + std::log(totals.exponentials);
    const double nll = log_total - of_target;
    const double uniform = log_total - totals.sum / static_cast<double>(size);
    sums.loss += (1.0 - eps) * nll + eps * uniform;  // 0 · ∞ is to be NaN.
    sums.nll += nll;
    if constexpr (kGradient) {
      subtract_uniform(logits, size, static_cast<float>(1.0 / totals.exponentials),
                       static_cast<float>(share), grad_bias);
      logits[target] -= static_cast<float>(1.0 - eps);
      grad_bias[target] -= static_cast<float>(1.0 - eps);
    }
  }
}

void CrossEntropyRowsOf(const CrossEntropyRows& rows, float* grad_bias, CrossEntropySums& sums) {
  if (grad_bias == nullptr) {
    Rows<false>(rows, nullptr, sums);
  } else {
    Rows<true>(rows, grad_bias, sums);
  }
}

}  // namespace nmt::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace nmt::kernels {

HWY_EXPORT(CrossEntropyRowsOf);

void cross_entropy_rows(const CrossEntropyRows& rows, float* grad_bias, CrossEntropySums& sums) {
  HWY_DYNAMIC_DISPATCH(CrossEntropyRowsOf)(rows, grad_bias, sums);
}

}  // namespace nmt::kernels
#endif
