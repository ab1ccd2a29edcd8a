// The residual path: how a sublayer's branch f joins the skip path, by scheme (residual_kind.h).
//
//     before the branch: x + drop(λ ∘ f(LN(x)))     after the sum: LN(α ω ∘ x + drop(f(x)))
//     none: x + a drop(f(x))
//
// Of α, ω, λ and a a scheme has at most one. B2T adds the layer's input to the last sum of a layer.
//
// The output of a branch waits in the stream until the next sublayer starts: the sum, the norm and
// that sublayer's first product are then one operation (kernels/residual_linear.h), whichever of
// the two sublayers the norm belongs to. Learned factors and B2T's extra sum are plain operations
// on what is left waiting; schemes without them take no part in that.
//
// Shape letters: D model, O outputs, `...` any leading dimensions.

#pragma once

#include <torch/nn/module.h>
#include <torch/nn/modules/normalization.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include "layers/forward_context.h"
#include "layers/kernels/residual_linear.h"
#include "layers/residual_kind.h"

namespace nmt::layers {

/// ε of every layer norm.
inline constexpr double kLayerNormEps = 1e-5;

/// A layer norm over the last dimension of size `d_model`, with gain and bias.
torch::nn::LayerNorm make_layer_norm(int64_t d_model);

/// What goes from sublayer to sublayer.
struct ResidualStream {
  kernels::ResidualInputs sum;         ///< x [..., D], and the branch that waits, if any.
  kernels::LayerNormInputs norm = {};  ///< After that sum; undefined gain: none.
};

/// A stream without a waiting branch.
ResidualStream start_stream(const torch::Tensor& x);

/// The end of a stack: adds what waits and applies its norm, or `final_norm` if that is not empty.
torch::Tensor end_stream(const ResidualStream& stream, const torch::nn::LayerNorm& final_norm,
                         BackendKind backend);

struct ResidualOptions {
  ResidualKind kind;
  ResidualScale scale;
  int64_t d_model;
  double dropout;  ///< On the branch's output.
};

class Residual {
 public:
  /// Registers in `owner`, a layer, what the scheme has: the norm as module "<sublayer>_norm", a
  /// learned vector as "<sublayer>_omega" or the like, a number of the layer by its name alone.
  Residual(torch::nn::Module& owner, const std::string& sublayer, const ResidualOptions& options);

  /// Starts the sublayer: adds what waits in `stream` and returns the branch's first product
  /// [..., O] of what the branch must read.
  torch::Tensor enter(ResidualStream& stream, const kernels::LinearInputs& first,
                      BackendKind backend) const;

  /// What a layer's last sublayer must be given back: the layer's input [..., D], to be asked for
  /// right after the first sublayer's enter(). Undefined where the scheme does not need it.
  torch::Tensor bottom_of(const ResidualStream& stream) const;

  /// Whether leave() reads the values of the branch's output, not just its place in the graph: a
  /// learned factor of the branch has a gradient made of them.
  bool reads_branch(const ForwardContext& context) const {
    return !context.graph_alone ||
           !(scheme_.learned == LearnedScale::kNone || scheme_.learned == LearnedScale::kSkip);
  }

  /// Ends the sublayer: leaves the branch's output [..., D] waiting in `stream`. `bottom` is what
  /// bottom_of() gave, for the last sublayer of a layer, else undefined.
  void leave(ResidualStream& stream, const torch::Tensor& branch_output,
             const ForwardContext& context, const torch::Tensor& bottom = {}) const;

 private:
  void register_scale(torch::nn::Module& owner, const std::string& sublayer);

  ResidualOptions options_;
  const ResidualScheme& scheme_;
  torch::nn::LayerNorm norm_{nullptr};
  torch::Tensor scale_;  // ω, λ or a; undefined without.
};

}  // namespace nmt::layers
