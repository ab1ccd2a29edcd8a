#include "nmt/metrics/exact_mean.h"

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <numeric>

namespace nmt::metrics {
namespace {

constexpr int kFractionBits = 1074;  // The smallest double is 2^-1074.
constexpr int kWords = 36;           // 2304 bits: any sum of 2^64 doubles.

// A number that is not negative, in units of 2^-1074; least significant word first.
using BigNumber = std::array<uint64_t, kWords>;

void add(double value, BigNumber& sum) {
  int exponent = 0;
  const auto mantissa = static_cast<uint64_t>(std::ldexp(std::frexp(value, &exponent), 53));
  int shift = exponent - 53 + kFractionBits;
  const uint64_t significant =
      shift < 0 ? mantissa >> -shift : mantissa;  // Subnormal: zeros fall out.
  shift = std::max(shift, 0);
  unsigned __int128 carry = static_cast<unsigned __int128>(significant) << (shift % 64);
  for (int word = shift / 64; word < kWords && carry != 0; ++word) {
    carry += sum[word];
    sum[word] = static_cast<uint64_t>(carry);
    carry >>= 64;
  }
}

// Divides in place and returns the remainder.
uint64_t divide(BigNumber& number, uint64_t divisor) {
  unsigned __int128 remainder = 0;
  for (int word = kWords - 1; word >= 0; --word) {
    remainder = remainder << 64 | number[word];
    number[word] = static_cast<uint64_t>(remainder / divisor);
    remainder %= divisor;
  }
  return static_cast<uint64_t>(remainder);
}

bool bit_at(const BigNumber& number, int position) {
  return position >= 0 && (number[position / 64] >> (position % 64) & 1) != 0;
}

// `number` plus something below 1 that is 0 only if `exact`, rounded half to even.
double rounded(const BigNumber& number, bool exact) {
  int top = kWords * 64 - 1;
  while (top >= 0 && !bit_at(number, top)) --top;
  if (top < 0) return 0.0;
  const int lowest = std::max(top - 52, 0);
  uint64_t mantissa = 0;
  for (int position = top; position >= lowest; --position) {
    mantissa = mantissa << 1 | static_cast<uint64_t>(bit_at(number, position));
  }
  bool sticky = !exact;
  for (int position = lowest - 2; position >= 0 && !sticky; --position) {
    sticky = bit_at(number, position);
  }
  if (bit_at(number, lowest - 1) && (sticky || (mantissa & 1) != 0)) ++mantissa;
  return std::ldexp(static_cast<double>(mantissa), lowest - kFractionBits);
}

}  // namespace

double exact_mean(std::span<const double> values) {
  BigNumber sum{};
  for (const double value : values) {
    if (!std::isfinite(value)) return std::accumulate(values.begin(), values.end(), 0.0);
    add(value, sum);
  }
  const uint64_t remainder = divide(sum, values.size());
  return rounded(sum, remainder == 0);
}

}  // namespace nmt::metrics
