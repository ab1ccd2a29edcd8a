// The valid positions of a padded batch, one behind the other: what every layer but attention works
// on, so that padding costs nothing.
//
// Shape letters: B sentences, L longest, N valid positions, `...` any trailing dimensions.

#pragma once

#include <torch/types.h>

namespace nmt::kernels {

class Packing {
 public:
  /// `lengths` [B] int64, each in [0, longest]; best on the CPU. What is packed lies on `device`.
  Packing(const torch::Tensor& lengths, int64_t longest, torch::Device device = torch::kCPU);

  /// [B, L, ...] to [N, ...]; shares storage if nothing is padded. Differentiable, as unpack().
  torch::Tensor pack(const torch::Tensor& padded) const;

  /// [N, ...] to [B, L, ...], zeros behind each sentence; shares storage if nothing is padded.
  torch::Tensor unpack(const torch::Tensor& packed) const;

  /// The place of each packed position in its sentence, from 0: [N] int64, on the CPU.
  const torch::Tensor& positions() const { return positions_; }

 private:
  int64_t sentences_;
  int64_t longest_;
  torch::Tensor rows_;       // [N] in the flattened batch.
  torch::Tensor positions_;  // [N]
};

}  // namespace nmt::kernels
