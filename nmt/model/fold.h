// Folding: a model with reparametrised weights becomes the same model with plain ones, and back.
//
// The folded weights are the Ŵ that the model itself computes, in the dtype it computes them in, so
// a folded model gives the scores of the one it comes from. Whatever a parametrisation is
// (layers/weight_parametrization.h), nothing here needs to know.
//
// Unfolding is the way back, up to rounding: of all parameters that give a Ŵ it takes W = Ŵ and
// what goes with it (WeightParametrization::match).

#pragma once

#include <string>

#include "nmt/checkpoint/checkpoint.h"
#include "nmt/model/transformer.h"

namespace nmt::model {

/// The module that computes what `saved` does, with plain weights. Throws InputError with `source`
/// if its tensors do not fit its configuration, or a Ŵ is not finite (matrix named).
Transformer folded_model(const checkpoint::ModelFolder& saved, const std::string& source);

/// `saved` with the tensors of that module and `folded` set; its configuration still says what it
/// was trained as. Throws as folded_model().
checkpoint::ModelFolder fold(const checkpoint::ModelFolder& saved, const std::string& source);

/// Gives `model`, which may have reparametrised weights, values with which it computes what `saved`
/// does, folded or not. Throws InputError with `source` if the tensors do not fit.
void take_weights(const checkpoint::ModelFolder& saved, Transformer& model,
                  const std::string& source);

}  // namespace nmt::model
