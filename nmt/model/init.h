// The initial values of every parameter, by scheme.
//
//     matrices: Xavier normal, N(0, g² · 2/(I + O)), gain g by scheme (residual_kind.h):
//               1/√2 on query, key and value, 1 elsewhere; DeepNorm: 1 on query and key, β
//               elsewhere
//     embeddings: N(0, 1/D)      biases: 0      norms: gain 1, bias 0
//     γ of σReparam: --gamma-init      g of weight normalisation: |w| of each row
//     ω of Admin: from a forward pass of 16 sentences of 24 random pieces (layers/admin_profile.h)
//     λ of LayerScale, a of ReZero: by depth, 0 (layers/residual_kind.h)
//
// Real sentences would tell Admin little more: before training, embeddings of different pieces are
// independent draws, so a sentence differs from random pieces only where it repeats one.
//
// Sources: Glorot & Bengio 2010 (Xavier); fairseq and torch.nn.MultiheadAttention (1/√2); Wang et
// al. 2022, arXiv:2203.00555, section 3 (β).

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "nmt/model/transformer.h"

namespace nmt::model {

/// Draws all parameters from a generator seeded with `seed`, then starts γ, g and the singular
/// vectors from the drawn weights, and ω from a forward pass.
void initialize(Transformer& model, uint64_t seed);

}  // namespace nmt::model
