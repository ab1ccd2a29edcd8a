#include "nmt/optim/update_kernel.h"

#include <algorithm>
#include <cmath>

#include "nmt/optim/gradient_kernel.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "nmt/optim/update_kernel.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace nmt::optim::HWY_NAMESPACE {

void Sgd(float* HWY_RESTRICT value, const float* HWY_RESTRICT gradient, int64_t count,
         const SgdCoefficients c) {
  for (int64_t i = 0; i < count; ++i) {
    value[i] = c.keep * value[i] - c.rate * (c.gradient_scale * gradient[i]);
  }
}

void SgdMomentum(float* HWY_RESTRICT value, const float* HWY_RESTRICT gradient,
                 float* HWY_RESTRICT buffer, int64_t count, const SgdCoefficients c) {
  for (int64_t i = 0; i < count; ++i) {
    const float b = c.momentum * buffer[i] + c.gradient_scale * gradient[i];
    buffer[i] = b;
    value[i] = c.keep * value[i] - c.rate * b;
  }
}

void SgdNesterov(float* HWY_RESTRICT value, const float* HWY_RESTRICT gradient,
                 float* HWY_RESTRICT buffer, int64_t count, const SgdCoefficients c) {
  for (int64_t i = 0; i < count; ++i) {
    const float g = c.gradient_scale * gradient[i];
    const float b = c.momentum * buffer[i] + g;
    buffer[i] = b;
    value[i] = c.keep * value[i] - c.rate * (g + c.momentum * b);
  }
}

void Adagrad(float* HWY_RESTRICT value, const float* HWY_RESTRICT gradient, float* HWY_RESTRICT sum,
             int64_t count, const AdagradCoefficients c) {
  for (int64_t i = 0; i < count; ++i) {
    const float g = c.gradient_scale * gradient[i];
    const float s = sum[i] + g * g;
    sum[i] = s;
    value[i] = c.keep * value[i] - (c.rate * g) / (std::sqrt(s) + c.eps);
  }
}

void Lion(float* HWY_RESTRICT value, const float* HWY_RESTRICT gradient, float* HWY_RESTRICT mean,
          int64_t count, const LionCoefficients c) {
  for (int64_t i = 0; i < count; ++i) {
    const float g = c.gradient_scale * gradient[i];
    const float m = mean[i];
    const float blend = c.beta1 * m + c.one_minus_beta1 * g;
    const float up = blend > 0.0f ? c.rate : 0.0f, down = blend < 0.0f ? c.rate : 0.0f;
    mean[i] = c.beta2 * m + c.one_minus_beta2 * g;
    value[i] = c.keep * value[i] - (up - down);
  }
}

void Lars(float* HWY_RESTRICT value, const float* HWY_RESTRICT gradient, float* HWY_RESTRICT buffer,
          int64_t count, const LarsCoefficients c) {
  for (int64_t i = 0; i < count; ++i) {
    const float step = c.rate * (c.gradient_scale * gradient[i] + c.decay * value[i]);
    const float b = c.momentum * buffer[i] + step;
    buffer[i] = b;
    value[i] -= b;
  }
}

HWY_INLINE float lamb_direction(float value, float mean, float square, const LambCoefficients& c) {
  return (c.mean_scale * mean) / (std::sqrt(square) * c.root_scale + c.eps) + c.decay * value;
}

void LambMoments(const float* HWY_RESTRICT value, const float* HWY_RESTRICT gradient,
                 float* HWY_RESTRICT mean, float* HWY_RESTRICT square,
                 float* HWY_RESTRICT direction, int64_t count, const LambCoefficients c) {
  for (int64_t i = 0; i < count; ++i) {
    const float g = c.gradient_scale * gradient[i];
    mean[i] = c.beta1 * mean[i] + c.one_minus_beta1 * g;
    square[i] = c.beta2 * square[i] + c.one_minus_beta2 * (g * g);
    direction[i] = lamb_direction(value[i], mean[i], square[i], c);
  }
}

void LambMove(float* HWY_RESTRICT value, const float* HWY_RESTRICT mean,
              const float* HWY_RESTRICT square, int64_t count, float rate,
              const LambCoefficients c) {
  for (int64_t i = 0; i < count; ++i) {
    value[i] -= rate * lamb_direction(value[i], mean[i], square[i], c);
  }
}

}  // namespace nmt::optim::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace nmt::optim {

HWY_EXPORT(Sgd);
HWY_EXPORT(SgdMomentum);
HWY_EXPORT(SgdNesterov);
HWY_EXPORT(Adagrad);
HWY_EXPORT(Lion);
HWY_EXPORT(Lars);
HWY_EXPORT(LambMoments);
HWY_EXPORT(LambMove);

void sgd_update(float* value, const float* gradient, float* buffer, int64_t count,
                const SgdCoefficients& coefficients) {
  if (buffer == nullptr) {
    HWY_DYNAMIC_DISPATCH(Sgd)(value, gradient, count, coefficients);
  } else if (coefficients.nesterov) {
    HWY_DYNAMIC_DISPATCH(SgdNesterov)(value, gradient, buffer, count, coefficients);
  } else {
    HWY_DYNAMIC_DISPATCH(SgdMomentum)(value, gradient, buffer, count, coefficients);
  }
}

void adagrad_update(float* value, const float* gradient, float* sum, int64_t count,
                    const AdagradCoefficients& coefficients) {
  HWY_DYNAMIC_DISPATCH(Adagrad)(value, gradient, sum, count, coefficients);
}

void lion_update(float* value, const float* gradient, float* mean, int64_t count,
                 const LionCoefficients& coefficients) {
  HWY_DYNAMIC_DISPATCH(Lion)(value, gradient, mean, count, coefficients);
}

void lars_update(float* value, const float* gradient, float* buffer, int64_t count,
                 const LarsCoefficients& coefficients) {
  HWY_DYNAMIC_DISPATCH(Lars)(value, gradient, buffer, count, coefficients);
}

double lamb_moments(const float* value, const float* gradient, float* mean, float* square,
                    int64_t count, const LambCoefficients& coefficients) {
  constexpr int64_t kBlock = 1024;
  float direction[kBlock];
  double squares = 0.0;
  for (int64_t i = 0; i < count; i += kBlock) {
    const int64_t n = std::min(kBlock, count - i);
    HWY_DYNAMIC_DISPATCH(LambMoments)
    (value + i, gradient + i, mean + i, square + i, direction, n, coefficients);
    squares += sum_of_squares(direction, n);
  }
  return squares;
}

void lamb_move(float* value, const float* mean, const float* square, int64_t count, float rate,
               const LambCoefficients& coefficients) {
  HWY_DYNAMIC_DISPATCH(LambMove)(value, mean, square, count, rate, coefficients);
}

}  // namespace nmt::optim
#endif
