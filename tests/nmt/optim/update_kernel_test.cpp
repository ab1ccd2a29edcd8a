// The kernels of the smaller optimizers: on every instruction set the bits of the header's order of
// operations, each rounded by itself. That the formulas are right: the tests of the optimizers.

#include "nmt/optim/update_kernel.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <random>
#include <vector>

#include "tests/layers/kernels/instruction_sets.h"

namespace nmt::optim {
namespace {

using Numbers = std::vector<float>;

struct Arrays {
  explicit Arrays(size_t count) {
    std::mt19937 random(7);
    std::normal_distribution<float> normal;
    for (Numbers* numbers : {&value, &gradient, &first, &second}) {
      numbers->resize(count);
      for (float& number : *numbers) number = normal(random);
    }
    for (float& number : second) number = std::abs(number);
  }
  bool operator==(const Arrays&) const = default;
  int64_t count() const { return static_cast<int64_t>(value.size()); }

  Numbers value, gradient, first, second;
};

// A product or sum that the compiler can fuse with nothing.
float rounded(float x) {
  const volatile float stored = x;
  return stored;
}

// Holds kernel(arrays) against expected(arrays, i) for each element on every instruction set.
void expect_bits(const std::function<void(Arrays&)>& kernel,
                 const std::function<void(Arrays&, size_t)>& expected) {
  for (const size_t count : {0, 1, 3, 8, 16, 37, 1003, 2500}) {
    Arrays right(count);
    for (size_t i = 0; i < count; ++i) expected(right, i);
    nmt::testing::on_each_instruction_set([&] {
      Arrays actual(count);
      kernel(actual);
      EXPECT_EQ(actual, right) << count;
    });
  }
}

TEST(UpdateKernel, Sgd) {
  SgdCoefficients c{.gradient_scale = 0.7f, .keep = 0.99f, .momentum = 0.9f, .rate = 0.013f};
  const auto g = [&](const Arrays& a, size_t i) {
    return rounded(c.gradient_scale * a.gradient[i]);
  };
  const auto move = [&](Arrays& a, size_t i, float direction) {
    a.value[i] = rounded(c.keep * a.value[i]) - rounded(c.rate * direction);
  };
  expect_bits(
      [&](Arrays& a) { sgd_update(a.value.data(), a.gradient.data(), nullptr, a.count(), c); },
      [&](Arrays& a, size_t i) { move(a, i, g(a, i)); });
  const auto with_buffer = [&](Arrays& a) {
    sgd_update(a.value.data(), a.gradient.data(), a.first.data(), a.count(), c);
  };
  expect_bits(with_buffer, [&](Arrays& a, size_t i) {
    a.first[i] = rounded(c.momentum * a.first[i]) + g(a, i);
    move(a, i, a.first[i]);
  });
  c.nesterov = true;
  expect_bits(with_buffer, [&](Arrays& a, size_t i) {
    a.first[i] = rounded(c.momentum * a.first[i]) + g(a, i);
    move(a, i, rounded(g(a, i) + rounded(c.momentum * a.first[i])));
  });
}

TEST(UpdateKernel, Adagrad) {
  const AdagradCoefficients c{.gradient_scale = 0.7f, .keep = 0.99f, .rate = 0.013f, .eps = 1e-3f};
  expect_bits(
      [&](Arrays& a) {
        adagrad_update(a.value.data(), a.gradient.data(), a.second.data(), a.count(), c);
      },
      [&](Arrays& a, size_t i) {
        const float g = rounded(c.gradient_scale * a.gradient[i]);
        a.second[i] += rounded(g * g);
        const float root = rounded(std::sqrt(a.second[i]) + c.eps);
        a.value[i] = rounded(c.keep * a.value[i]) - rounded(rounded(c.rate * g) / root);
      });
}

TEST(UpdateKernel, Lion) {
  const LionCoefficients c{.gradient_scale = 0.7f,
                           .keep = 0.99f,
                           .beta1 = 0.9f,
                           .one_minus_beta1 = 0.1f,
                           .beta2 = 0.98f,
                           .one_minus_beta2 = 0.02f,
                           .rate = 0.013f};
  expect_bits(
      [&](Arrays& a) {
        lion_update(a.value.data(), a.gradient.data(), a.first.data(), a.count(), c);
      },
      [&](Arrays& a, size_t i) {
        const float g = rounded(c.gradient_scale * a.gradient[i]), m = a.first[i];
        const float blend = rounded(c.beta1 * m) + rounded(c.one_minus_beta1 * g);
        const float moved = blend > 0.0f ? c.rate : blend < 0.0f ? -c.rate : 0.0f;
        a.first[i] = rounded(c.beta2 * m) + rounded(c.one_minus_beta2 * g);
        a.value[i] = rounded(c.keep * a.value[i]) - moved;
      });
}

TEST(UpdateKernel, Lars) {
  const LarsCoefficients c{.gradient_scale = 0.7f, .momentum = 0.9f, .decay = 0.3f, .rate = 0.013f};
  expect_bits(
      [&](Arrays& a) {
        lars_update(a.value.data(), a.gradient.data(), a.first.data(), a.count(), c);
      },
      [&](Arrays& a, size_t i) {
        const float pull =
            rounded(c.gradient_scale * a.gradient[i]) + rounded(c.decay * a.value[i]);
        a.first[i] = rounded(c.momentum * a.first[i]) + rounded(c.rate * rounded(pull));
        a.value[i] -= a.first[i];
      });
}

constexpr LambCoefficients kLamb{.gradient_scale = 0.7f,
                                 .beta1 = 0.9f,
                                 .one_minus_beta1 = 0.1f,
                                 .beta2 = 0.98f,
                                 .one_minus_beta2 = 0.02f,
                                 .mean_scale = 1.7f,
                                 .root_scale = 1.5f,
                                 .eps = 1e-3f,
                                 .decay = 0.3f};

float lamb_direction(const Arrays& a, size_t i) {
  const float root = rounded(rounded(std::sqrt(a.second[i]) * kLamb.root_scale) + kLamb.eps);
  return rounded(rounded(kLamb.mean_scale * a.first[i]) / root) + rounded(kLamb.decay * a.value[i]);
}

void lamb_moments_of(Arrays& a, size_t i) {
  const float g = rounded(kLamb.gradient_scale * a.gradient[i]);
  a.first[i] = rounded(kLamb.beta1 * a.first[i]) + rounded(kLamb.one_minus_beta1 * g);
  a.second[i] =
      rounded(kLamb.beta2 * a.second[i]) + rounded(kLamb.one_minus_beta2 * rounded(g * g));
}

TEST(UpdateKernel, Lamb) {
  expect_bits(
      [](Arrays& a) {
        lamb_moments(a.value.data(), a.gradient.data(), a.first.data(), a.second.data(), a.count(),
                     kLamb);
        lamb_move(a.value.data(), a.first.data(), a.second.data(), a.count(), 0.013f, kLamb);
      },
      [](Arrays& a, size_t i) {
        lamb_moments_of(a, i);
        a.value[i] -= rounded(0.013f * rounded(lamb_direction(a, i)));
      });
}

TEST(UpdateKernel, LambSumsTheSquaresOfItsDirectionToTheSameBits) {
  for (const size_t count : {0, 1, 17, 1024, 2500}) {
    Arrays right(count);
    double squares = 0.0;
    for (size_t i = 0; i < count; ++i) {
      lamb_moments_of(right, i);
      const double r = lamb_direction(right, i);
      squares += r * r;
    }
    std::vector<double> sums;
    nmt::testing::on_each_instruction_set([&] {
      Arrays a(count);
      sums.push_back(lamb_moments(a.value.data(), a.gradient.data(), a.first.data(),
                                  a.second.data(), a.count(), kLamb));
      EXPECT_NEAR(sums.back(), squares, 1e-12 * (1.0 + squares));
      EXPECT_EQ(sums.back(), sums.front());
    });
  }
}

}  // namespace
}  // namespace nmt::optim
