// MatrixTracker: spectral norm, size, gradient and update of every weight matrix.
//
//     sigma = σ(W)    effective sigma = σ(Ŵ)    weight norm = |W|    gradient norm = |dL/dW|
//     update ratio = |ΔW| / |W|                 (Frobenius norms)
//
// σ(Ŵ), and σ(W) where no parametrisation estimates it, are those of a search that has converged:
// by Lanczos (lanczos.h), from what it found at the record before. Under σReparam sigma is the σ̂ of
// one power step an update that Ŵ = (γ/σ̂) W was made with. It lags behind σ(W), and so effective
// sigma is |γ| σ(W) / σ̂, not |γ|. What training iterates on is left alone.
//
// The update ratio is that of at most 64 evenly spaced rows, so that a copy of them is all it
// costs.
//
// Life of a measured update: keep_rows() before the weights change, measure() after.

#pragma once

#include <torch/types.h>

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "data/base/thread_pool.h"
#include "nmt/checkpoint/named_tensors.h"
#include "nmt/run_log/run_record.h"

namespace nmt::stability {

/// One matrix, or several that share a parametrisation; all tensors must outlive the tracker.
struct TrackedMatrix {
  std::string name;                    ///< As in the checkpoint, without ".weight".
  torch::Tensor weight;                ///< W [rows, columns].
  std::vector<torch::Tensor> parts;    ///< Row blocks of W, whose .grad holds its gradient.
  torch::Tensor effective = {};        ///< Ŵ; undefined: W itself.
  std::function<double()> sigma = {};  ///< σ̂(W), if a parametrisation divides by it.
  std::function<double()> gamma = {};  ///< γ of σReparam.
};

class MatrixTracker {
 public:
  explicit MatrixTracker(std::vector<TrackedMatrix> matrices);

  void keep_rows();

  /// Every matrix, in the order given, as it is now. The update ratio is NaN without keep_rows(),
  /// the gradient norm without gradients. Values are rounded to six digits.
  std::vector<run_log::MatrixRecord> measure(const base::ParallelFor& parallel_for);

  /// The vectors that searches start from, by name, for a later run to go on with; share storage.
  checkpoint::NamedTensors state() const;

  /// Takes over copies of those vectors. A matrix without one starts
  /// anew. Throws InputError if one has another shape.
  void load_state(const checkpoint::NamedTensors& state);

 private:
  struct Entry {
    TrackedMatrix matrix;
    torch::Tensor right = {};            // Found for W at the last record; undefined before it.
    torch::Tensor effective_right = {};  // The same for Ŵ.
    torch::Tensor kept = {};             // Rows of W before the update.
  };
  run_log::MatrixRecord measure(Entry& entry) const;

  std::vector<Entry> entries_;
};

}  // namespace nmt::stability
