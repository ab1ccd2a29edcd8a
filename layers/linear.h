// Linear layers, plain or reparametrised, one or several over the same input.
//
//     y = x Ŵᵀ + b,   Ŵ = W (plain) or a parametrisation of W (linear_kind.h)
//
// Matrices that read the same input (query, key, value) are stacked by rows and multiplied at once;
// each keeps its own name, and by default its own parametrisation. The forward pass reads *leaf*
// tensors that hold Ŵ; `refresh` writes them once per optimizer update and `pull_gradients_back`
// turns their gradients into those of W (weight_parametrization.h says why that is exact).
//
// A new parametrisation is one enumerator, one row in linear_kind.h and one case in linear.cpp.
//
// Shape letters: I in_features, O out_features of one part, `...` any leading dimensions.

#pragma once

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "layers/block_options.h"
#include "layers/kernels/residual_linear.h"
#include "layers/weight_parametrization.h"

namespace nmt::layers {

/// The parametrisation of `kind` for a matrix [rows, columns]; null for plain weights.
/// `gamma_start` is for σReparam alone.
std::unique_ptr<WeightParametrization> make_parametrization(LinearKind kind, int64_t rows,
                                                            int64_t columns,
                                                            std::optional<double> gamma_start);

/// The named tensors of one matrix, as checkpoints hold them. Row views of a stack.
class LinearPartImpl : public torch::nn::Module {
 public:
  LinearPartImpl(torch::Tensor weight_rows, torch::Tensor bias_rows);

  torch::Tensor weight;  ///< W [O, I].
  torch::Tensor bias;    ///< b [O]; undefined without bias.
};
TORCH_MODULE(LinearPart);

struct StackedLinearOptions {
  struct Part {
    std::string name;  ///< The part's module name: "q_proj".
    int64_t out_features;
  };
  int64_t in_features;
  std::vector<Part> parts;
  std::vector<int64_t> products;  ///< Parts in each product, in order; empty: one with all parts.
  std::vector<int64_t> groups;    ///< Parts that share one parametrisation; empty: one for each.
  LinearKind kind = LinearKind::kPlain;
  std::optional<double> gamma_start = 1.0;  ///< For σReparam; no value: σ(W).
  bool bias = true;
};

class StackedLinear {
 public:
  /// Allocates and registers the parts as modules of `owner`, which must outlive this object.
  /// Throws c10::Error if a size is not positive or the counts do not add up.
  StackedLinear(torch::nn::Module& owner, const StackedLinearOptions& options);
  StackedLinear(const StackedLinear&) = delete;
  StackedLinear& operator=(const StackedLinear&) = delete;

  /// Maps x [..., I] to [..., sum of the product's O]. Changes no state.
  torch::Tensor forward(const torch::Tensor& x, size_t product = 0) const;

  /// The graph of forward() without its values (kernels/linear_graph.h), for x [N, I].
  torch::Tensor graph(const torch::Tensor& x) const;

  /// What that product reads, for operations that take it in (kernels/residual_linear.h).
  kernels::LinearInputs product(size_t index = 0) const {
    return {.weight = weight_leaves_[index], .bias = bias_leaves_[index]};
  }

  /// Sets γ and v, or g, from the weights; once, after the weights have their initial values.
  /// Refreshes.
  void initialize_parametrization();

  /// Sets γ and v, or g, so that Ŵ is the weights as they are, up to rounding. Refreshes.
  void match_weights();

  /// Moves all tensors to `device`, and keeps them what they are to each other: what holds the
  /// former ones of parts() or leaves() sees the new ones. Not while a graph over them lives.
  void move_to(torch::Device device);

  /// Writes Ŵ into the leaves: after loading and after each optimizer update.
  void refresh();

  /// Moves the parametrisations' buffers on after an optimizer update, v of σ by `power_steps`
  /// steps, then refreshes.
  void advance(int64_t power_steps = 1);

  /// Makes forward a function of the parts' weights, biases and own parameters that autograd can
  /// differentiate any number of times, at their present values; they require gradients from then
  /// on. For second derivatives: such a stack is for one graph, not for refresh() or advance().
  void read_parameters();

  /// Sets the .grad of every part's weight, bias and own parameters from the leaves' gradients,
  /// in place: once after the last backward, which leaves the leaves without gradients. Stacks are
  /// independent of each other: several threads may do this, or advance(), for one each.
  void pull_gradients_back();

  /// The first half of pull_gradients_back(): sets the .grad of every part's weight, still that of
  /// Ŵ, and bias. For who does the other half (sigma_on_cuda.h).
  void hand_gradients_to_parts();

  /// The tensors that forward reads and autograd gives gradients: a weight and a bias a product.
  std::vector<torch::Tensor> leaves() const;

  /// Ŵ of part `index` [O, I], as forward uses it; shares storage, has no gradient.
  torch::Tensor effective_weight(size_t index) const;

  const std::vector<LinearPart>& parts() const { return parts_; }
  const StackedLinearOptions& options() const { return options_; }

  /// One group of parts under one parametrisation.
  struct Group {
    int64_t first_part;
    int64_t parts;
    torch::Tensor raw;        ///< W of its parts, stacked [rows of the group, I].
    torch::Tensor effective;  ///< Ŵ, likewise.
    std::unique_ptr<WeightParametrization> parametrization;
  };
  /// Empty for plain weights.
  const std::vector<Group>& groups() const { return groups_; }

 private:
  void make_parts(torch::nn::Module& owner);
  void make_products();
  torch::Tensor rows_of_parts(const torch::Tensor& all, int64_t first, int64_t count) const;
  void make_groups();
  torch::Tensor differentiable_weight() const;  // [all rows, I]

  StackedLinearOptions options_;
  torch::Tensor raw_weight_;        // [all rows, I]
  torch::Tensor effective_weight_;  // [all rows, I]; the same tensor as raw_weight_ when plain.
  torch::Tensor bias_;              // [all rows]
  std::vector<LinearPart> parts_;
  std::vector<int64_t> first_rows_;  // Of each part, and the number of all rows at the end.
  std::vector<torch::Tensor> weight_leaves_;  // Of each product.
  std::vector<torch::Tensor> bias_leaves_;
  std::vector<Group> groups_;
};

/// A stack with a single part, of the block's parametrisation.
StackedLinearOptions single_linear(const std::string& name, int64_t in_features,
                                   int64_t out_features, const BlockOptions& block);

}  // namespace nmt::layers
