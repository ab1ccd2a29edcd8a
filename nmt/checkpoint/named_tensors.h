// Tensors by name, in a fixed order: what files hold and what modules are filled from.

#pragma once

#include <torch/types.h>

#include <string>
#include <utility>
#include <vector>

namespace nmt::checkpoint {

using NamedTensors = std::vector<std::pair<std::string, torch::Tensor>>;

/// Copies every tensor of `from` into the tensor of the same name of `into`, in place. The names of
/// both must be the same set, and shapes and dtypes must agree. Throws InputError, which names the
/// tensor, both shapes or dtypes, and `source` (the file that `from` was read from); `into` is then
/// untouched.
void load_into(const NamedTensors& from, const NamedTensors& into, const std::string& source);

}  // namespace nmt::checkpoint
