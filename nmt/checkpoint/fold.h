// Folding: the tensors of a model with reparametrised weights, turned into those of the same model
// with plain ones.
//
//     Ŵ = (γ / σ(W)) W,   σ(W) = uᵀ W v = |W v|,   u = W v / |W v|
//     ŵ_o = (g_o / |w_o|) w_o   with weight normalisation
//
// from the stored v, which is what the model itself computes (layers/sigma_parametrization.h).
// "x.weight", "x.gamma", "x.sigma_v" become "x.weight", and so do "x.weight", "x.weight_g". Where
// query, key and value share one γ, it and v stand under the first of them and σ is that of the
// stacked matrix: a projection that has no γ of its own belongs to the group of the projection
// before it, in the order q, k, v.
//
// Unfolding is the way back, up to rounding: of all W and γ that give a Ŵ it takes
//
//     W = Ŵ,   γ = σ(Ŵ),   v the top right singular vector of Ŵ;        w_o = ŵ_o,   g_o = |ŵ_o|

#pragma once

#include <string>

#include "nmt/checkpoint/checkpoint.h"
#include "nmt/checkpoint/named_tensors.h"

namespace nmt::checkpoint {

/// `tensors` with every reparametrised weight folded, computed in float64 and rounded once to the
/// weight's dtype; γ, v and g are dropped. Plain tensors are passed on, sharing storage.
/// Throws InputError with `source` if γ, v or g lacks its counterpart, or shapes do not fit.
NamedTensors fold(const NamedTensors& tensors, const std::string& source);

/// Tensors for a model that has those of `like`, by name, and computes what the folded model of
/// `folded` computes: its tensors, and γ, v and g that go with them. What `folded` lacks besides
/// is left out, what it has too many is kept: load_into() says so.
NamedTensors unfold(const NamedTensors& folded, const NamedTensors& like);

/// `model` with folded tensors and `folded` set; its configuration still says what it was trained
/// as. One that has no reparametrised weights, or is folded already, only gets the mark.
ModelFolder fold(const ModelFolder& model, const std::string& source);

}  // namespace nmt::checkpoint
