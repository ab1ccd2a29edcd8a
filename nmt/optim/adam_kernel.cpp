#include "nmt/optim/adam_kernel.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "nmt/optim/adam_kernel.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace nmt::optim::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// Updates whole vectors of D from element `i` on; returns the first element that is left.
template <class D>
HWY_INLINE size_t update_vectors(D d, float* HWY_RESTRICT value, const float* HWY_RESTRICT gradient,
                                 float* HWY_RESTRICT first, float* HWY_RESTRICT second, size_t i,
                                 size_t count, const AdamCoefficients& c) {
  const auto gradient_scale = hn::Set(d, c.gradient_scale), keep = hn::Set(d, c.keep);
  const auto beta1 = hn::Set(d, c.beta1), one_minus_beta1 = hn::Set(d, c.one_minus_beta1);
  const auto beta2 = hn::Set(d, c.beta2), one_minus_beta2 = hn::Set(d, c.one_minus_beta2);
  const auto step_size = hn::Set(d, c.step_size), root_scale = hn::Set(d, c.root_scale);
  const auto eps = hn::Set(d, c.eps);
  for (; i + hn::Lanes(d) <= count; i += hn::Lanes(d)) {
    const auto g = hn::Mul(gradient_scale, hn::LoadU(d, gradient + i));
    const auto m = hn::Add(hn::Mul(beta1, hn::LoadU(d, first + i)), hn::Mul(one_minus_beta1, g));
    const auto v =
        hn::Add(hn::Mul(beta2, hn::LoadU(d, second + i)), hn::Mul(one_minus_beta2, hn::Mul(g, g)));
    const auto root = hn::Add(hn::Mul(hn::Sqrt(v), root_scale), eps);
    const auto moved = hn::Div(hn::Mul(step_size, m), root);
    hn::StoreU(m, d, first + i);
    hn::StoreU(v, d, second + i);
    hn::StoreU(hn::Sub(hn::Mul(keep, hn::LoadU(d, value + i)), moved), d, value + i);
  }
  return i;
}

void Update(float* value, const float* gradient, float* first, float* second, size_t count,
            const AdamCoefficients& coefficients) {
  const AdamCoefficients c = coefficients;
  const size_t left =
      update_vectors(hn::ScalableTag<float>(), value, gradient, first, second, 0, count, c);
  update_vectors(hn::CappedTag<float, 1>(), value, gradient, first, second, left, count, c);
}

}  // namespace nmt::optim::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace nmt::optim {

HWY_EXPORT(Update);

void adam_update(float* value, const float* gradient, float* first, float* second, int64_t count,
                 const AdamCoefficients& coefficients) {
  HWY_DYNAMIC_DISPATCH(Update)
  (value, gradient, first, second, static_cast<size_t>(count), coefficients);
}

}  // namespace nmt::optim
#endif
