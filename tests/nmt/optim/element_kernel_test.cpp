// The loops over arrays: on every instruction set the bits of the formula's operations, each
// rounded by itself. That the formulas are right: formulas_test.

#include "nmt/optim/element_kernel.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <random>
#include <utility>
#include <vector>

#include "tests/layers/kernels/instruction_sets.h"

namespace nmt::optim::element_kernel_test {
namespace {

// A float whose operations the compiler can neither fuse nor vectorise.
struct Rounded {
  Rounded(float x) : value(x) {}
  volatile float value;

  Rounded(const Rounded& other) : value(float{other.value}) {}
  Rounded& operator=(const Rounded& other) {
    value = float{other.value};
    return *this;
  }
};
Rounded operator+(const Rounded& a, const Rounded& b) {
  return a.value + b.value;
}
Rounded operator-(const Rounded& a, const Rounded& b) {
  return a.value - b.value;
}
Rounded operator*(const Rounded& a, const Rounded& b) {
  return a.value * b.value;
}
Rounded operator/(const Rounded& a, const Rounded& b) {
  return a.value / b.value;
}
Rounded sqrt(const Rounded& x) {
  return std::sqrt(float{x.value});
}
Rounded sign(const Rounded& x) {
  return x.value > 0.0f ? 1.0f : x.value < 0.0f ? -1.0f : 0.0f;
}

constexpr Coefficients kCoefficients = {.gradient_scale = 0.7f,
                                        .rate = 0.013f,
                                        .decay = 0.3f,
                                        .keep = 0.99f,
                                        .momentum = 0.9f,
                                        .beta1 = 0.9f,
                                        .one_minus_beta1 = 0.1f,
                                        .beta2 = 0.98f,
                                        .one_minus_beta2 = 0.02f,
                                        .mean_scale = 1.7f,
                                        .step_size = 0.01f,
                                        .root_scale = 1.5f,
                                        .eps = 1e-3f};

using Numbers = std::vector<float>;

struct Arrays {
  explicit Arrays(size_t count)
      : value(count), gradient(count), state{Numbers(count), Numbers(count)} {
    std::mt19937 random(7);
    std::normal_distribution<float> normal;
    for (Numbers* numbers : {&value, &gradient, &state[0], &state[1]}) {
      for (float& number : *numbers) number = normal(random);
    }
    for (float& number : state[1]) number = std::abs(number);  // Squares.
  }
  bool operator==(const Arrays&) const = default;
  Elements elements() {
    return {.count = static_cast<int64_t>(value.size()),
            .value = value.data(),
            .gradient = gradient.data(),
            .state = {state[0].data(), state[1].data()}};
  }

  Numbers value, gradient;
  std::array<Numbers, 2> state;
};

// Calls work(g, value, state...) for every element, in Rounded, and returns the sum of the squares
// of what it returns.
template <size_t... k>
double for_each_rounded(Arrays& a, const auto& work, std::index_sequence<k...>) {
  double squares = 0.0;
  for (size_t i = 0; i < a.value.size(); ++i) {
    const Rounded g = Rounded(kCoefficients.gradient_scale) * Rounded(a.gradient[i]);
    Rounded value = a.value[i];
    std::array<Rounded, sizeof...(k)> state = {Rounded(a.state[k][i])...};
    const double x = work(g, value, state[k]...).value;
    squares += x * x;
    a.value[i] = value.value;
    ((a.state[k][i] = state[k].value), ...);
  }
  return squares;
}

constexpr size_t kCounts[] = {0, 1, 3, 8, 16, 37, 1003, 1024, 2500};

template <class Rule>
Arrays arrays_for(size_t count) {
  Arrays arrays(count);
  if (std::is_same_v<Rule, Adagrad>) std::swap(arrays.state[0], arrays.state[1]);
  return arrays;
}

template <class Rule>
void expect_bits(const Coefficients& c = kCoefficients) {
  for (const size_t count : kCounts) {
    Arrays expected = arrays_for<Rule>(count);
    for_each_rounded(
        expected,
        [&](const Rounded& g, Rounded& value, auto&... state) {
          Rule::update(c, g, value, state...);
          return value;
        },
        std::make_index_sequence<Rule::kState.size()>());
    nmt::testing::on_each_instruction_set([&] {
      Arrays actual = arrays_for<Rule>(count);
      update_array(rule_index<Rule>(), actual.elements(), c);
      EXPECT_EQ(actual, expected) << rule_index<Rule>() << " " << count;
    });
  }
}

TEST(ElementKernel, GivesTheBitsOfTheFormulaOnEveryInstructionSet) {
  []<class... Rule>(std::type_identity<std::tuple<Rule...>>) {
    (expect_bits<Rule>(), ...);
  }(std::type_identity<ElementRules>());
  Coefficients nesterov = kCoefficients;
  nesterov.nesterov = true;
  expect_bits<MomentumSgd>(nesterov);
}

// FNV-1a of the bits of values and state.
uint64_t checksum(const Arrays& arrays) {
  uint64_t sum = 0xcbf29ce484222325u;
  for (const Numbers* numbers : {&arrays.value, &arrays.state[0], &arrays.state[1]}) {
    for (const float number : *numbers) {
      sum = (sum ^ std::bit_cast<uint32_t>(number)) * 0x100000001b3u;
    }
  }
  return sum;
}

template <class Rule>
uint64_t updated_bits() {
  Arrays arrays = arrays_for<Rule>(1003);
  update_array(rule_index<Rule>(), arrays.elements(), kCoefficients);
  return checksum(arrays);
}

// Recorded: a formula whose operations come in another order changes the bits of every run.
TEST(ElementKernel, KeepsTheBitsOfRunsThatGoOn) {
  std::vector<uint64_t> bits;
  [&]<class... Rule>(std::type_identity<std::tuple<Rule...>>) {
    (bits.push_back(updated_bits<Rule>()), ...);
  }(std::type_identity<ElementRules>());
  const std::vector<uint64_t> recorded = {
      18302651980479349634u, 18022230691881478692u, 7232132536333153523u, 16866581073962161169u,
      17099614161902290587u, 13991074664323251309u, 4997748033481004122u};
  EXPECT_EQ(bits, recorded);
}

TEST(ElementKernel, MeasuresADirectionToTheSameBits) {
  for (const size_t count : kCounts) {
    Arrays expected(count);
    const double squares = for_each_rounded(
        expected,
        [](const Rounded& g, Rounded& value, Rounded& m, Rounded& v) {
          return Lamb::direction(kCoefficients, g, value, m, v);
        },
        std::make_index_sequence<2>());
    std::vector<double> sums;
    nmt::testing::on_each_instruction_set([&] {
      Arrays actual(count);
      sums.push_back(measure_array(rule_index<Lamb>(), actual.elements(), kCoefficients));
      EXPECT_EQ(actual, expected) << count;
      EXPECT_NEAR(sums.back(), squares, 1e-12 * (1.0 + squares));
      EXPECT_EQ(sums.back(), sums.front());
    });
  }
}

TEST(ElementKernel, MeasuresTheGradientWhereThereIsNoDirection) {
  Arrays arrays(3);
  arrays.gradient = {1.0f, -2.0f, 4.0f};
  const Arrays before = arrays;
  EXPECT_EQ(measure_array(rule_index<Lars>(), arrays.elements(), kCoefficients), 21.0);
  EXPECT_EQ(arrays, before);
}

}  // namespace
}  // namespace nmt::optim::element_kernel_test
