// The random numbers of dropout masks (dropout_mask.h) as vectors.

#if defined(LAYERS_KERNELS_DROPOUT_RANDOM_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LAYERS_KERNELS_DROPOUT_RANDOM_INL_H_
#undef LAYERS_KERNELS_DROPOUT_RANDOM_INL_H_
#else
#define LAYERS_KERNELS_DROPOUT_RANDOM_INL_H_
#endif

#include <hwy/highway.h>

#include <cstdint>

#include "layers/kernels/dropout_mask.h"

HWY_BEFORE_NAMESPACE();
namespace nmt::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

template <class D, class V = hn::Vec<D>>
HWY_INLINE V mixed_bits(D d, V x) {
  x = hn::Xor(x, hn::ShiftRight<16>(x));
  x = hn::Mul(x, hn::Set(d, kFirstDropoutFactor));
  x = hn::Xor(x, hn::ShiftRight<15>(x));
  x = hn::Mul(x, hn::Set(d, kSecondDropoutFactor));
  return hn::Xor(x, hn::ShiftRight<16>(x));
}

// Mask values, a vector at a time; each lane has an element and a seed of its own.
class DropoutValues {
 public:
  using Words = hn::Vec<hn::ScalableTag<uint32_t>>;

  explicit DropoutValues(double probability) : value_(probability) {}

  HWY_INLINE hn::Vec<hn::ScalableTag<float>> operator()(Words elements, Words seeds_low,
                                                        Words seeds_high) const {
    const hn::ScalableTag<uint32_t> du;
    const hn::Rebind<int32_t, decltype(du)> di;
    const hn::Rebind<float, decltype(du)> df;
    const auto once = mixed_bits(du, hn::Xor(elements, seeds_low));
    const auto random = mixed_bits(du, hn::Add(once, seeds_high));
    // 31 bits, so that a signed comparison serves.
    const auto threshold = hn::Set(di, static_cast<int32_t>(value_.threshold));
    const auto drop = hn::Lt(hn::BitCast(di, hn::ShiftRight<1>(random)), threshold);
    return hn::IfThenZeroElse(hn::RebindMask(df, drop), hn::Set(df, value_.keep));
  }

 private:
  DropoutValue value_;
};

}  // namespace nmt::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // LAYERS_KERNELS_DROPOUT_RANDOM_INL_H_
