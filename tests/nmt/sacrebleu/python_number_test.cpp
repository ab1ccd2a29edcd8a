// Numbers are read as Python's int() and float() read them.

#include "nmt/sacrebleu/python_number.h"

#include <gtest/gtest.h>

#include <cmath>

namespace nmt::sacrebleu::python_number_test {
namespace {

TEST(PythonNumberTest, NumbersAreThoseOfPython) {
  EXPECT_EQ(python_int(" +1_000\n"), 1000);
  EXPECT_EQ(python_int("-7"), -7);
  for (const char* text : {"", "_1", "1_", "1__0", "0x1", "1.0", "+-1", "- 1"}) {
    EXPECT_EQ(python_int(text), std::nullopt) << text;
  }
  EXPECT_EQ(python_float("1_0.5e1"), 105.0);
  EXPECT_EQ(python_float(".5"), 0.5);
  EXPECT_TRUE(std::isinf(*python_float("1e999")));
  EXPECT_TRUE(std::isnan(*python_float("-NaN")));
  for (const char* text : {"", "nan(1)", "1e", "0x1p3", "1_.5"}) {
    EXPECT_EQ(python_float(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace nmt::sacrebleu::python_number_test
