// Pieces that SIMD kernels share: loads and stores of float or bfloat16 storage as float, e^x, ln
// x.
//
// Included once for every instruction set by files that use Highway's foreach_target.h.

#if defined(LAYERS_KERNELS_SIMD_MATH_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LAYERS_KERNELS_SIMD_MATH_INL_H_
#undef LAYERS_KERNELS_SIMD_MATH_INL_H_
#else
#define LAYERS_KERNELS_SIMD_MATH_INL_H_
#endif

#include <hwy/highway.h>

#include <cstddef>
#include <cstdint>

HWY_BEFORE_NAMESPACE();
namespace nmt::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using FloatTag = hn::ScalableTag<float>;
using FloatVector = hn::Vec<FloatTag>;

HWY_INLINE size_t float_lanes() {
  return hn::Lanes(FloatTag());
}

HWY_INLINE size_t round_up(size_t count, size_t multiple) {
  return (count + multiple - 1) / multiple * multiple;
}

// The first `count` numbers at `from`, zeros in the other lanes. Highway's masked loads may touch
// what lies behind.
HWY_INLINE FloatVector load_part(const float* from, size_t count) {
  HWY_ALIGN float lanes[HWY_MAX_BYTES / sizeof(float)] = {};
  for (size_t i = 0; i < count; ++i) lanes[i] = from[i];
  return hn::Load(FloatTag(), lanes);
}

// Stores the first `count` lanes, or all if there are no more.
HWY_INLINE void store_part(FloatVector values, size_t count, float* to) {
  const FloatTag d;
  if (count >= hn::Lanes(d)) return hn::StoreU(values, d, to);
  HWY_ALIGN float lanes[HWY_MAX_BYTES / sizeof(float)];
  hn::Store(values, d, lanes);
  for (size_t i = 0; i < count; ++i) to[i] = lanes[i];
}

// bfloat16 is the upper half of a float.
HWY_INLINE float to_float(uint16_t bits) {
  const uint32_t wide = static_cast<uint32_t>(bits) << 16;
  float value;
  hwy::CopyBytes<sizeof value>(&wide, &value);
  return value;
}
HWY_INLINE float to_float(float value) {
  return value;
}

// Rounds to the nearest, ties to even; a NaN stays one.
HWY_INLINE void from_float(float value, uint16_t* bits) {
  uint32_t wide;
  hwy::CopyBytes<sizeof wide>(&value, &wide);
  const bool nan = (wide & 0x7FFFFFFFu) > 0x7F800000u;
  wide = nan ? wide | 0x00400000u : wide + 0x7FFFu + (wide >> 16 & 1u);
  *bits = static_cast<uint16_t>(wide >> 16);
}
HWY_INLINE void from_float(float value, float* result) {
  *result = value;
}

// Copies `count` numbers to float, and zeros up to `padded`.
template <class Value>
HWY_INLINE void copy_to_float(const Value* from, size_t count, size_t padded, float* to) {
  for (size_t i = 0; i < count; ++i) to[i] = to_float(from[i]);
  for (size_t i = count; i < padded; ++i) to[i] = 0.0f;
}
HWY_INLINE void copy_to_float(const float* from, size_t count, size_t padded, float* to) {
  const FloatTag d;
  size_t i = 0;
  for (; i + hn::Lanes(d) <= count; i += hn::Lanes(d))
    hn::StoreU(hn::LoadU(d, from + i), d, to + i);
  for (; i < count; ++i) to[i] = from[i];
  for (; i < padded; ++i) to[i] = 0.0f;
}

// to[i] = factor · from[i]. `from` is readable up to a whole vector.
template <class Value>
HWY_INLINE void copy_scaled(const float* from, size_t count, float factor, Value* to) {
  for (size_t i = 0; i < count; ++i) from_float(factor * from[i], to + i);
}
HWY_INLINE void copy_scaled(const float* from, size_t count, float factor, float* to) {
  const FloatTag d;
  const FloatVector factors = hn::Set(d, factor);
  size_t i = 0;
  for (; i + hn::Lanes(d) <= count; i += hn::Lanes(d)) {
    hn::StoreU(hn::Mul(factors, hn::LoadU(d, from + i)), d, to + i);
  }
  for (; i < count; ++i) to[i] = factor * from[i];
}

// e^x for x ≤ 0, within 2 units in the last place; below −87.3 about 10⁻³⁸. With n the whole number
// nearest to x / ln 2 and r = x − n ln 2:  e^x = 2ⁿ e^r, and e^r = 1 + r + r² p(r) with the
// polynomial p of Cephes' expf (Moshier). Adding 1.5 · 2²³ rounds to n and leaves n in the low
// bits.
HWY_INLINE FloatVector exp_of_negative(FloatVector x) {
  const FloatTag d;
  const hn::RebindToSigned<FloatTag> di;
  const FloatVector lowest = hn::Set(d, -87.3f);
  x = hn::IfThenElse(hn::Lt(x, lowest), lowest, x);  // Not Max: a NaN stays one.
  const FloatVector rounder = hn::Set(d, 12582912.0f);
  const FloatVector rounded = hn::MulAdd(x, hn::Set(d, 1.44269504f), rounder);
  const FloatVector n = hn::Sub(rounded, rounder);
  // ln 2 in two parts, of which the first times n is exact.
  FloatVector r = hn::NegMulAdd(n, hn::Set(d, 0.693359375f), x);
  r = hn::NegMulAdd(n, hn::Set(d, -2.12194440e-4f), r);
  FloatVector p = hn::Set(d, 1.9875691500e-4f);
  p = hn::MulAdd(p, r, hn::Set(d, 1.3981999507e-3f));
  p = hn::MulAdd(p, r, hn::Set(d, 8.3334519073e-3f));
  p = hn::MulAdd(p, r, hn::Set(d, 4.1665795894e-2f));
  p = hn::MulAdd(p, r, hn::Set(d, 1.6666665459e-1f));
  p = hn::MulAdd(p, r, hn::Set(d, 5.0000001201e-1f));
  p = hn::MulAdd(p, hn::Mul(r, r), hn::Add(r, hn::Set(d, 1.0f)));
  const auto exponent = hn::ShiftLeft<23>(hn::BitCast(di, rounded));
  return hn::BitCast(d, hn::Add(hn::BitCast(di, p), exponent));
}

// ln x for normal x ≥ 1, within 2 units in the last place. With x = 2ⁿ (1 + r), 1 + r in [√½, √2):
// ln x = n ln 2 + r − r²/2 + r³ p(r) with the polynomial p of Cephes' logf (Moshier).
HWY_INLINE FloatVector log_of_one_or_more(FloatVector x) {
  const FloatTag d;
  const hn::RebindToSigned<FloatTag> di;
  const auto bits = hn::BitCast(di, x);
  // Bits of √½: what lies above it counts towards the exponent.
  const auto above = hn::Sub(bits, hn::Set(di, 0x3f3504f3));
  const FloatVector n = hn::ConvertTo(d, hn::ShiftRight<23>(above));
  const auto fraction = hn::Add(hn::And(above, hn::Set(di, 0x007fffff)), hn::Set(di, 0x3f3504f3));
  const FloatVector r = hn::Sub(hn::BitCast(d, fraction), hn::Set(d, 1.0f));
  FloatVector p = hn::Set(d, 7.0376836292e-2f);
  p = hn::MulAdd(p, r, hn::Set(d, -1.1514610310e-1f));
  p = hn::MulAdd(p, r, hn::Set(d, 1.1676998740e-1f));
  p = hn::MulAdd(p, r, hn::Set(d, -1.2420140846e-1f));
  p = hn::MulAdd(p, r, hn::Set(d, 1.4249322787e-1f));
  p = hn::MulAdd(p, r, hn::Set(d, -1.6668057665e-1f));
  p = hn::MulAdd(p, r, hn::Set(d, 2.0000714765e-1f));
  p = hn::MulAdd(p, r, hn::Set(d, -2.4999993993e-1f));
  p = hn::MulAdd(p, r, hn::Set(d, 3.3333331174e-1f));
  const FloatVector r2 = hn::Mul(r, r);
  FloatVector y = hn::Mul(hn::Mul(p, r), r2);
  y = hn::MulAdd(n, hn::Set(d, -2.12194440e-4f), y);
  y = hn::NegMulAdd(r2, hn::Set(d, 0.5f), y);
  return hn::MulAdd(n, hn::Set(d, 0.693359375f), hn::Add(r, y));
}

HWY_INLINE float sum_of_lanes(FloatVector x) {
  const FloatTag d;
  return hn::GetLane(hn::SumOfLanes(d, x));
}

}  // namespace nmt::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // LAYERS_KERNELS_SIMD_MATH_INL_H_
