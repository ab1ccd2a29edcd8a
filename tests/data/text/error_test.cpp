// Messages out of parts.

#include "data/text/error.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace nmt::error_test {
namespace {

TEST(ConcatenateTest, JoinsTextAndNumbers) {
  EXPECT_EQ(concatenate("loss ", 1.5, " of ", 3, ' ', std::string("runs")), "loss 1.5 of 3 runs");
}

// Arithmetic on an x86 processor makes NaNs whose sign bit is set.
TEST(ConcatenateTest, ANanHasNoSign) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(concatenate(std::copysign(nan, -1.0), " ", nan, " ", std::copysign(NAN, -1.0F)),
            "nan nan nan");
  EXPECT_EQ(concatenate(-std::numeric_limits<double>::infinity()), "-inf");
}

TEST(ConcatenateTest, ErrorsAreMadeAlike) {
  EXPECT_STREQ(InputError("nll ", -std::numeric_limits<float>::quiet_NaN()).what(), "nll nan");
}

}  // namespace
}  // namespace nmt::error_test
