// QK-norm: layer norm of every query and key head, so that attention logits cannot grow with the
// projections.
//
//     logits = LN(q)·LN(k) / √K        LN(h) = g ∘ (h − mean h) / √(var h + ε)
//
// Every normalised head with g = 1 is at most √K long, hence every logit at most √K: attention
// keeps its scale 1/√K and its kernel. One gain g [K] for all query heads of a layer and one for
// all key heads, no bias.
//
// Source: Dehghani et al. 2023, "Scaling Vision Transformers to 22 Billion Parameters",
// arXiv:2302.05442, section 2. Not the L2 norm of Henry et al. 2020, arXiv:2010.04245: that
// replaces 1/√K by a learned number which must start at a value taken from the lengths of the
// corpus.
//
// Shape letters: K head size, `...` any leading dimensions.

#pragma once

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

namespace nmt::layers {

class HeadNormImpl : public torch::nn::Module {
 public:
  /// Starts with gain 1.
  explicit HeadNormImpl(int64_t head_size);

  /// Normalises heads [..., K].
  torch::Tensor forward(const torch::Tensor& heads) const;

  torch::Tensor weight;  ///< g [K].
};
TORCH_MODULE(HeadNorm);

}  // namespace nmt::layers
