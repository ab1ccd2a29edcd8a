// What sigma_weight.h does with one weight, for many weights on a CUDA device at once: a launch for
// all of them, a block of threads for each. Work is done in the default stream, as LibTorch does;
// sums are added in an order that does not change from run to run.
//
// Shape letters: O rows, I columns.

#pragma once

#include <cstdint>

namespace nmt::kernels {

/// The largest number of blocks of rows that a gradient may come in.
inline constexpr int kMostGradientBlocks = 4;

/// One weight; pointers are to float32 memory of the device, matrices contiguous by rows.
struct SigmaMatrixCuda {
  const float* weight;  ///< W [O, I]
  float* effective;     ///< Ŵ [O, I]
  const float* gamma;   ///< γ
  float* right;         ///< v [I], a unit vector.
  float* left;          ///< u [O]
  double* sigma;        ///< σ
  float* scratch;       ///< [I]
  int64_t rows;         ///< O
  int64_t columns;      ///< I
};

/// G = dL/dŴ of one weight, to be turned into dL/dW.
struct SigmaGradientCuda {
  float* block[kMostGradientBlocks];  ///< Rows of G, from first to last.
  int64_t rows[kMostGradientBlocks];  ///< Of each block; 0 behind the last.
};

/// Of each of `count` weights: `steps` times v ← Wᵀ W v / |Wᵀ W v| (left as it is if that is zero
/// or has overflowed); then σ = |W v|, u = W v / σ, Ŵ = (γ/σ) W, or NaN (scale_factor.h).
/// `matrices` lies on the device. Throws std::runtime_error if the device refuses.
void write_scaled_cuda(const SigmaMatrixCuda* matrices, int64_t count, int64_t steps);

/// Of each of `count` weights: along[i] = dL/dγ = ⟨G, W⟩ / σ and G ← (γ/σ) (G − along[i] u vᵀ),
/// with σ, u, v of the last write_scaled_cuda(). All arrays lie on the device. Throws likewise.
void pull_back_cuda(const SigmaMatrixCuda* matrices, const SigmaGradientCuda* gradients,
                    int64_t count, float* along);

}  // namespace nmt::kernels
