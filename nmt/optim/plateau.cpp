#include "nmt/optim/plateau.h"

#include <cmath>

namespace nmt::optim {

bool PlateauRule::observe(double nll) {
  if (std::isfinite(nll) && (!state_.best_nll || nll < *state_.best_nll)) {
    state_ = {.best_nll = nll, .bad_validations = 0};
    return false;
  }
  if (++state_.bad_validations < patience_) return false;
  state_.bad_validations = 0;
  return true;
}

}  // namespace nmt::optim
