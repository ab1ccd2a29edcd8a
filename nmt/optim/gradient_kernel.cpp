#include "nmt/optim/gradient_kernel.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "nmt/optim/gradient_kernel.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace nmt::optim::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

constexpr size_t kSums = 16;
constexpr hn::CappedTag<double, kSums> kWide;
constexpr hn::Rebind<float, decltype(kWide)> kNarrow;  // As many floats.
constexpr size_t kLanes = hn::MaxLanes(kWide);

// Adds squares of `count` numbers, of which number i is value(i) and vector(i) starts at it.
template <class Value, class Vector>
HWY_INLINE double sum_squares(size_t count, const Value& value, const Vector& vector) {
  hn::Vec<decltype(kWide)> sums[kSums / kLanes];
  for (auto& sum : sums) sum = hn::Zero(kWide);
  size_t i = 0;
  for (; i + kSums <= count; i += kSums) {
    for (size_t v = 0; v < kSums / kLanes; ++v) {
      const auto x = hn::PromoteTo(kWide, vector(i + v * kLanes));
      sums[v] = hn::MulAdd(x, x, sums[v]);
    }
  }
  HWY_ALIGN double lanes[kSums];
  for (size_t v = 0; v < kSums / kLanes; ++v) hn::Store(sums[v], kWide, lanes + v * kLanes);
  for (; i < count; ++i) {
    const double x = value(i);
    lanes[0] += x * x;
  }
  double total = 0.0;
  for (const double lane : lanes) total += lane;
  return total;
}

double SumOfSquares(const float* values, size_t count) {
  return sum_squares(
      count, [&](size_t i) HWY_ATTR { return values[i]; },
      [&](size_t i) HWY_ATTR { return hn::LoadU(kNarrow, values + i); });
}

double AddTo(float* HWY_RESTRICT sum, const float* HWY_RESTRICT added, size_t count) {
  return sum_squares(
      count, [&](size_t i) HWY_ATTR { return sum[i] += added[i]; },
      [&](size_t i) HWY_ATTR {
        const auto both = hn::Add(hn::LoadU(kNarrow, sum + i), hn::LoadU(kNarrow, added + i));
        hn::StoreU(both, kNarrow, sum + i);
        return both;
      });
}

}  // namespace nmt::optim::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace nmt::optim {

HWY_EXPORT(SumOfSquares);
HWY_EXPORT(AddTo);

double sum_of_squares(const float* values, int64_t count) {
  return HWY_DYNAMIC_DISPATCH(SumOfSquares)(values, static_cast<size_t>(count));
}

double add_to(float* sum, const float* added, int64_t count) {
  return HWY_DYNAMIC_DISPATCH(AddTo)(sum, added, static_cast<size_t>(count));
}

}  // namespace nmt::optim
#endif
