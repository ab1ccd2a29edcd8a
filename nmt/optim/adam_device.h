// The arithmetic of adam_kernel.h as tensor operations, for parameters that are not on the CPU.

#pragma once

#include <torch/types.h>

#include "nmt/optim/adam_kernel.h"

namespace nmt::optim {

/// Updates value, first (m) and second (v) in place from gradient; all float32, of one shape, on
/// one device.
void adam_update_on_device(torch::Tensor value, const torch::Tensor& gradient, torch::Tensor first,
                           torch::Tensor second, const AdamCoefficients& coefficients);

}  // namespace nmt::optim
