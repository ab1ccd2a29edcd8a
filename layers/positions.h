// Position vectors, added to the embedded input.
//
//     sinusoidal: P[p, i] = sin(p / 10000^(2i/D)), P[p, D/2 + i] = cos(p / 10000^(2i/D)),  i < D/2
//
// Source: Vaswani et al. 2017, arXiv:1706.03762, section 3.5, with all sines before all cosines.
//
// Shape letters: L length of the table, N positions, D model.

#pragma once

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include "layers/layer_kind.h"

namespace nmt::layers {

/// The fixed table [L, D]; an odd D ends in a zero column.
torch::Tensor sinusoidal_positions(int64_t length, int64_t d_model);

class PositionsImpl : public torch::nn::Module {
 public:
  /// A table of `max_positions` rows: fixed, or the parameter "weight".
  PositionsImpl(PositionKind kind, int64_t max_positions, int64_t d_model);

  /// The rows of positions [N] int64 (best on the CPU), from 0: [N, D], where the table is.
  /// Throws c10::Error if one lies past the table.
  torch::Tensor forward(const torch::Tensor& positions);

  void to(torch::Device device, bool non_blocking = false) override;

 private:
  torch::Tensor table_;
};
TORCH_MODULE(Positions);

}  // namespace nmt::layers
