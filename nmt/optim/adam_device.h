// The arithmetic of adam_kernel.h as tensor operations, for parameters that are not on the CPU: a
// few operations for all of them, since a device waits for the start of each.

#pragma once

#include <torch/types.h>

#include "nmt/optim/adam_kernel.h"

namespace nmt::optim {

/// Updates values, first (m) and second (v) in place from gradients; entry i of each list belongs
/// to parameter i. All float32 on one device.
void adam_update_on_device(at::TensorList values, at::TensorList gradients, at::TensorList first,
                           at::TensorList second, const AdamCoefficients& coefficients);

}  // namespace nmt::optim
