#include "nmt/decode/length_penalty.h"

#include <cmath>

namespace nmt::decode {

double LengthPenalty::score(double log_probability, int64_t length) const {
  return log_probability / std::pow(static_cast<double>(length), alpha_);
}

double LengthPenalty::bound(double log_probability, int64_t shortest, int64_t longest) const {
  return score(log_probability, alpha_ > 0.0 ? longest : shortest);
}

}  // namespace nmt::decode
