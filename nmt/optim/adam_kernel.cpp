#include "nmt/optim/adam_kernel.h"

#include <cmath>

namespace nmt::optim {

#if defined(__x86_64__)
__attribute__((target_clones("avx2", "default")))
#endif
void adam_update(float* __restrict value, const float* __restrict gradient,
                 float* __restrict first, float* __restrict second, int64_t count,
                 const AdamCoefficients& coefficients) {
  const AdamCoefficients c = coefficients;
  for (int64_t i = 0; i < count; ++i) {
    const float g = gradient[i];
    const float m = c.beta1 * first[i] + c.one_minus_beta1 * g;
    const float v = c.beta2 * second[i] + c.one_minus_beta2 * (g * g);
    const float root = std::sqrt(v) * c.root_scale + c.eps;
    first[i] = m;
    second[i] = v;
    value[i] = c.keep * value[i] - c.step_size * m / root;
  }
}

}  // namespace nmt::optim
