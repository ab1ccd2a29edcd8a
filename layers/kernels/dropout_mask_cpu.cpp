#include "layers/kernels/dropout_mask.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "layers/kernels/dropout_mask_cpu.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "layers/kernels/dropout_random-inl.h"

HWY_BEFORE_NAMESPACE();
namespace nmt::kernels::HWY_NAMESPACE {

void FillMask(float* HWY_RESTRICT mask, int64_t count, double probability, uint64_t seed,
              int64_t first) {
  const hn::ScalableTag<float> d;
  const hn::ScalableTag<uint32_t> du;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  const DropoutValues values(probability);
  const auto from = [&](int64_t element) {
    return values(hn::Iota(du, static_cast<uint32_t>(first + element)),
                  hn::Set(du, static_cast<uint32_t>(seed)),
                  hn::Set(du, static_cast<uint32_t>(seed >> 32)));
  };
  int64_t i = 0;
  for (; i + lanes <= count; i += lanes) hn::StoreU(from(i), d, mask + i);
  if (i == count) return;
  HWY_ALIGN float rest[HWY_MAX_BYTES / sizeof(float)];
  hn::Store(from(i), d, rest);
  for (int64_t j = 0; i + j < count; ++j) mask[i + j] = rest[j];
}

}  // namespace nmt::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace nmt::kernels {

HWY_EXPORT(FillMask);

void fill_dropout_mask_cpu(float* mask, int64_t count, double probability, uint64_t seed,
                           int64_t first) {
  HWY_DYNAMIC_DISPATCH(FillMask)(mask, count, probability, seed, first);
}

}  // namespace nmt::kernels
#endif
