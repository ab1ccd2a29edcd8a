#include "layers/kernels/dropout_mask.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "layers/kernels/dropout_mask.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace nmt::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

template <class D, class V = hn::Vec<D>>
V mixed(D d, V x) {
  x = hn::Xor(x, hn::ShiftRight<16>(x));
  x = hn::Mul(x, hn::Set(d, 0x7feb352du));
  x = hn::Xor(x, hn::ShiftRight<15>(x));
  x = hn::Mul(x, hn::Set(d, 0x846ca68bu));
  return hn::Xor(x, hn::ShiftRight<16>(x));
}

void FillMask(float* HWY_RESTRICT mask, int64_t count, uint32_t threshold, float keep,
              uint32_t key_low, uint32_t key_high) {
  const hn::ScalableTag<uint32_t> du;
  const hn::Rebind<int32_t, decltype(du)> di;
  const hn::Rebind<float, decltype(du)> df;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(du));
  const auto values = [&](int64_t first) {
    const auto counter = hn::Iota(du, static_cast<uint32_t>(first));
    const auto once = mixed(du, hn::Xor(counter, hn::Set(du, key_low)));
    const auto random = mixed(du, hn::Add(once, hn::Set(du, key_high)));
    // 31 bits, so that a signed comparison serves.
    const auto drop = hn::Lt(hn::BitCast(di, hn::ShiftRight<1>(random)),
                             hn::Set(di, static_cast<int32_t>(threshold)));
    return hn::IfThenZeroElse(hn::RebindMask(df, drop), hn::Set(df, keep));
  };
  int64_t i = 0;
  for (; i + lanes <= count; i += lanes) hn::StoreU(values(i), df, mask + i);
  if (i == count) return;
  HWY_ALIGN float rest[HWY_MAX_BYTES / sizeof(float)];
  hn::Store(values(i), df, rest);
  for (int64_t j = 0; i + j < count; ++j) mask[i + j] = rest[j];
}

}  // namespace nmt::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace nmt::kernels {

HWY_EXPORT(FillMask);

void fill_dropout_mask(float* mask, int64_t count, double probability, uint64_t seed) {
  const uint32_t threshold = static_cast<uint32_t>(probability * 2147483648.0);
  const float keep = static_cast<float>(1.0 / (1.0 - probability));
  HWY_DYNAMIC_DISPATCH(FillMask)
  (mask, count, threshold, keep, static_cast<uint32_t>(seed), static_cast<uint32_t>(seed >> 32));
}

}  // namespace nmt::kernels
#endif
