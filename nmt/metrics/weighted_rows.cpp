#include "nmt/metrics/weighted_rows.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "nmt/metrics/weighted_rows.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace nmt::metrics::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using Tag = hn::ScalableTag<float>;

size_t PaddedColumns(size_t columns) {
  const size_t lanes = hn::Lanes(Tag());
  return (columns + lanes - 1) / lanes * lanes;
}

// One vector of columns. Four rows at a time, each with sums of its own: an addition takes several
// cycles.
void AddVector(const float* values, size_t stride, const float* weights, size_t rows, float* sums) {
  const Tag d;
  auto sum0 = hn::Zero(d), sum1 = hn::Zero(d), sum2 = hn::Zero(d), sum3 = hn::Zero(d);
  const auto weighted = [&](size_t r, auto sum) {
    return hn::MulAdd(hn::Set(d, weights[r]), hn::LoadU(d, values + r * stride), sum);
  };
  size_t r = 0;
  for (; r + 4 <= rows; r += 4) {
    sum0 = weighted(r, sum0);
    sum1 = weighted(r + 1, sum1);
    sum2 = weighted(r + 2, sum2);
    sum3 = weighted(r + 3, sum3);
  }
  for (; r < rows; ++r) sum0 = weighted(r, sum0);
  hn::StoreU(hn::Add(hn::Add(sum0, sum1), hn::Add(sum2, sum3)), d, sums);
}

void AddWeightedRows(const float* values, size_t stride, const float* weights, size_t rows,
                     float* sums) {
  for (size_t c = 0; c < stride; c += hn::Lanes(Tag())) {
    AddVector(values + c, stride, weights, rows, sums + c);
  }
}

}  // namespace nmt::metrics::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace nmt::metrics {

HWY_EXPORT(PaddedColumns);
HWY_EXPORT(AddWeightedRows);

size_t padded_columns(size_t columns) {
  return HWY_DYNAMIC_DISPATCH(PaddedColumns)(columns);
}

void add_weighted_rows(const float* values, size_t stride, const float* weights, size_t rows,
                       float* sums) {
  HWY_DYNAMIC_DISPATCH(AddWeightedRows)(values, stride, weights, rows, sums);
}

}  // namespace nmt::metrics
#endif
