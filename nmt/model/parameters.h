// The tensors of a model by name, and models that share them.

#pragma once

#include <string>

#include "nmt/checkpoint/named_tensors.h"
#include "nmt/model/transformer.h"

namespace nmt::model {

using checkpoint::NamedTensors;

/// Every trained tensor by its checkpoint name, in a fixed order. Values share the model's storage;
/// .grad() is set by pull_gradients_back.
NamedTensors named_parameters(Transformer& model);

/// named_parameters and the saved buffers (singular vectors): all that a checkpoint holds.
NamedTensors named_tensors(Transformer& model);

/// Writes Ŵ everywhere; call after the values of named_tensors were changed from outside.
void refresh(Transformer& model);

/// After an optimizer update: one power-iteration step on every parametrised matrix, and Ŵ anew.
void advance(Transformer& model);

/// Turns the leaves' gradients into those of named_parameters.
void pull_gradients_back(Transformer& model);

/// A second model over the values of `model`: same leaves, gradients of its own. Reads what `model`
/// writes; must not be refreshed or trained by itself.
Transformer make_replica(Transformer& model);

/// A copy of `model` in the default dtype whose forward pass, with the reference backend, is a
/// function of its named_parameters that can be differentiated any number of times; v of σReparam,
/// and the u that belongs to it, are constants. For one graph at the present values.
Transformer differentiable_copy(Transformer& model);

/// Number of trained values.
int64_t parameter_count(Transformer& model);

/// Whether weight decay applies to the parameter `name`: matrices only, not biases, norms, γ,
/// g, ω, λ or a.
bool decays(const std::string& name, const torch::Tensor& value);

}  // namespace nmt::model
