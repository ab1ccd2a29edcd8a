// NumpyNumber: a number that is either a Python float or a numpy float32, with numpy 2's rule for
// mixing the two (NEP 50): the Python float is rounded to float32 first, and the result is a
// float32.
//
// sacreBLEU scores resampled statistics in whatever mixture its expressions give, so a formula that
// is written once with this type gives both the plain score (all doubles) and the resampled one,
// bit for bit. Integers count as Python floats: every count is below 2^53.

#pragma once

namespace nmt::metrics {

/// The arithmetic in which sacreBLEU scores column sums; it shows in the last digits.
enum class Arithmetic {
  kPython,   ///< Python numbers: plain scores.
  kFloat32,  ///< numpy float32: bootstrap resamples.
  kInteger,  ///< numpy int64 (TER: float64): approximate randomization.
};

class NumpyNumber {
 public:
  /// A Python float.
  constexpr NumpyNumber(double value = 0.0) : value_(value) {}

  /// A numpy float32; `value` is rounded to it.
  static constexpr NumpyNumber single(double value) {
    NumpyNumber number(static_cast<float>(value));
    number.single_ = true;
    return number;
  }

  /// A column sum as `arithmetic` holds it.
  static constexpr NumpyNumber of_sum(double value, Arithmetic arithmetic) {
    return arithmetic == Arithmetic::kFloat32 ? single(value) : NumpyNumber(value);
  }

  constexpr double value() const { return value_; }
  constexpr bool is_single() const { return single_; }

  friend constexpr NumpyNumber operator+(NumpyNumber a, NumpyNumber b) {
    if (!a.single_ && !b.single_) return a.value_ + b.value_;
    return single(static_cast<float>(a.value_) + static_cast<float>(b.value_));
  }
  friend constexpr NumpyNumber operator*(NumpyNumber a, NumpyNumber b) {
    if (!a.single_ && !b.single_) return a.value_ * b.value_;
    return single(static_cast<float>(a.value_) * static_cast<float>(b.value_));
  }
  friend constexpr NumpyNumber operator/(NumpyNumber a, NumpyNumber b) {
    if (!a.single_ && !b.single_) return a.value_ / b.value_;
    return single(static_cast<float>(a.value_) / static_cast<float>(b.value_));
  }

 private:
  double value_;
  bool single_ = false;
};

}  // namespace nmt::metrics
