// The residual path: how a sublayer's branch f joins the skip path, by scheme (residual_kind.h).
//
//     before the branch: x + drop(f(LN(x)))     after the sum: LN(α x + drop(f(x)))
//     none: x + drop(f(x))
//
// The output of a branch waits in the stream until the next sublayer starts: the sum, the norm and
// that sublayer's first product are then one operation (kernels/residual_linear.h), whichever of
// the two sublayers the norm belongs to.
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
  /// Registers the norm, if the scheme has one, as module `norm_name` of `owner`.
  Residual(torch::nn::Module& owner, const std::string& norm_name, const ResidualOptions& options);

  /// Starts the sublayer: adds what waits in `stream` and returns the branch's first product
  /// [..., O] of what the branch must read.
  torch::Tensor enter(ResidualStream& stream, const kernels::LinearInputs& first,
                      BackendKind backend) const;

  /// Ends the sublayer: leaves the branch's output [..., D] waiting in `stream`.
  void leave(ResidualStream& stream, const torch::Tensor& branch_output,
             const ForwardContext& context) const;

 private:
  ResidualOptions options_;
  NormPlacement placement_;
  torch::nn::LayerNorm norm_{nullptr};
};

}  // namespace nmt::layers
