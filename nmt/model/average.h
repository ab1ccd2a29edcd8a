// The mean of several checkpoints of one run: of their effective weights, not of W, γ, u and v,
// since the mean of factors is not the factors of the mean.

#pragma once

#include <string>
#include <vector>

#include "nmt/checkpoint/checkpoint.h"

namespace nmt::model {

/// Reads the model folders one after another, folds each (fold.h) and returns the mean of every
/// tensor, summed in float64 and rounded once; a folded model. Memory: at most four models and
/// one in float64. Throws InputError if a folder cannot be read, or differs from the first in
/// configuration, vocabulary, names, shapes or dtypes; UsageError if `folders` is empty.
checkpoint::ModelFolder average(const std::vector<std::string>& folders);

}  // namespace nmt::model
