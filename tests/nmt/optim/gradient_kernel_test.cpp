#include "nmt/optim/gradient_kernel.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <random>
#include <vector>

#include "tests/layers/kernels/instruction_sets.h"

namespace nmt::optim::gradient_kernel_test {
namespace {

std::vector<float> random_numbers(size_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  std::vector<float> numbers(count);
  for (float& number : numbers) number = normal(random);
  return numbers;
}

// The header's order of additions.
double expected_squares(const std::vector<float>& values) {
  const size_t whole = values.size() / 16 * 16;
  double sums[16] = {};
  for (size_t i = 0; i < values.size(); ++i) {
    sums[i < whole ? i % 16 : 0] += static_cast<double>(values[i]) * values[i];
  }
  double total = 0.0;
  for (const double sum : sums) total += sum;
  return total;
}

TEST(GradientKernel, SumsSquaresToTheSameBitsOnEveryInstructionSet) {
  nmt::testing::on_each_instruction_set([] {
    for (const size_t count : {0, 1, 15, 16, 17, 100, 4099}) {
      const std::vector<float> values = random_numbers(count, 1);
      EXPECT_EQ(sum_of_squares(values.data(), static_cast<int64_t>(count)),
                expected_squares(values))
          << count;
    }
  });
}

TEST(GradientKernel, AddsToTheSameBitsOnEveryInstructionSet) {
  nmt::testing::on_each_instruction_set([] {
    for (const size_t count : {0, 1, 7, 16, 37, 1001}) {
      const std::vector<float> before = random_numbers(count, 2), added = random_numbers(count, 3);
      std::vector<float> sum = before;
      const double squares = add_to(sum.data(), added.data(), static_cast<int64_t>(count));
      for (size_t i = 0; i < count; ++i) ASSERT_EQ(sum[i], before[i] + added[i]) << count;
      EXPECT_EQ(squares, expected_squares(sum)) << count;
    }
  });
}

}  // namespace
}  // namespace nmt::optim::gradient_kernel_test
