// The rule of the schedule plateau: the learning rate falls when the validation loss has stopped
// falling.
//
// After `patience` validations in a row without a lower nll than the best so far the rate is to be
// multiplied by the decay factor, and the count begins anew. The same as PyTorch's
// ReduceLROnPlateau with threshold 0, no cooldown and a patience smaller by one.

#pragma once

#include <cstdint>
#include <optional>

namespace nmt::optim {

/// What later verdicts depend on.
struct PlateauState {
  std::optional<double> best_nll;  ///< None before the first finite one.
  int64_t bad_validations = 0;     ///< Since the best one or the last decay.

  bool operator==(const PlateauState&) const = default;
};

class PlateauRule {
 public:
  /// `patience` is at least 1. Goes on from `state`.
  explicit PlateauRule(int64_t patience, const PlateauState& state = {})
      : patience_(patience), state_(state) {}

  /// Takes the nll of one validation (one that is not finite is no improvement). Returns whether
  /// the learning rate is to be lowered now.
  bool observe(double nll);

  const PlateauState& state() const { return state_; }

 private:
  int64_t patience_;
  PlateauState state_;
};

}  // namespace nmt::optim
