// Sublayer: a branch f of a layer on its residual path, by scheme (residual_kind.h).
//
//     x' = LN(α ω ∘ x + r drop(λ ∘ LN(f(LN(x)))))
//
// where each of the three LN stands if the scheme places a norm there, and of the learned factors
// ω, λ and a (a number in place of λ) a scheme has at most one. B2T adds the layer's input to the
// last sum of a layer.
//
// The output of a branch waits in the stream until the next sublayer starts: the sum, the norm
// behind it and that sublayer's first product are then one operation (kernels/residual_linear.h),
// whichever of the two sublayers the norm belongs to. Learned factors, a norm on the branch, r and
// B2T's extra sum are plain operations on what is left waiting; schemes without them take no part
// in that.
//
// Shape letters: D model, O outputs, `...` any leading dimensions.

#pragma once

#include <torch/nn/module.h>
#include <torch/types.h>

#include <functional>
#include <string>

#include "layers/block_options.h"
#include "layers/forward_context.h"
#include "layers/kernels/residual_linear.h"
#include "layers/norm.h"

namespace nmt::layers {

/// What goes from sublayer to sublayer.
struct ResidualStream {
  kernels::ResidualInputs sum;     ///< x [..., D], and the branch that waits, if any.
  kernels::NormInputs norm = {};   ///< After that sum; undefined gain: none.
  torch::Tensor layer_input = {};  ///< [..., D], of the layer under way, where its scheme wants it.
};

/// A stream without a waiting branch.
ResidualStream start_stream(const torch::Tensor& x);

/// The end of a stack: adds what waits and applies its norm, or `final_norm` if that is not empty.
torch::Tensor end_stream(const ResidualStream& stream, const Norm& final_norm, BackendKind backend);

/// Which sublayer of a model it is.
struct SublayerPlace {
  Stack stack;
  int64_t layer;      ///< From 1.
  bool last = false;  ///< Of its layer.
};

class Sublayer {
 public:
  /// Registers in `owner`, a layer, what the scheme has: the norm before the branch or after the
  /// sum as module "<name>_norm" (the latter "<name>_sum_norm" if there are both), one on the
  /// branch as "<name>_branch_norm", a learned vector as "<name>_omega" or the like, a number of
  /// the layer by its name alone.
  Sublayer(torch::nn::Module& owner, const std::string& name, const BlockOptions& options,
           SublayerPlace place)
      : Sublayer(owner, name, residual_scheme(options.architecture.residual), options, place) {}

  /// The same with a scheme that options.architecture does not name; it must outlive this.
  Sublayer(torch::nn::Module& owner, const std::string& name, const ResidualScheme& scheme,
           const BlockOptions& options, SublayerPlace place);

  /// From the branch's first product [..., O] of what it reads to its output [..., D].
  using Branch = std::function<torch::Tensor(const torch::Tensor& product)>;

  /// Takes `stream` through the sublayer: adds what waits there, runs the branch, whose first
  /// product is `first`, and leaves its output waiting.
  void run(ResidualStream& stream, const kernels::LinearInputs& first,
           const ForwardContext& context, const Branch& branch) const;

  /// What the branch is about to read of `stream` [..., D], without gradient.
  torch::Tensor branch_input(const ResidualStream& stream, BackendKind backend) const;

  /// Whether run() reads the values of the branch's output, not just its place in the graph: the
  /// gradient of a learned factor of the branch, or of its norm, is made of them.
  bool reads_branch(const ForwardContext& context) const;

 private:
  void register_norms(torch::nn::Module& owner, const std::string& name, NormKind kind);
  void register_factor(torch::nn::Module& owner, const std::string& name);
  ResidualScale scale(int64_t update) const;
  // Everything in front of the branch but its first product.
  kernels::ResidualLinearInputs entry(const ResidualStream& stream, BackendKind backend) const;
  // Adds what waits, and lets go of it; returns the branch's first product.
  torch::Tensor enter(ResidualStream& stream, const kernels::LinearInputs& first,
                      BackendKind backend) const;
  void leave(ResidualStream& stream, torch::Tensor branch, const ForwardContext& context) const;

  const ResidualScheme& scheme_;
  SublayerPlace place_;
  ModelDepth depth_;
  int64_t d_model_;
  double dropout_;
  Norm input_norm_{nullptr};
  Norm branch_norm_{nullptr};
  Norm sum_norm_{nullptr};
  torch::Tensor factor_;  // ω, λ or a; undefined without.
};

}  // namespace nmt::layers
