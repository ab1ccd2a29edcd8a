// Adam, with decoupled weight decay if asked for (then it is AdamW).
//
//     m ← β₁ m + (1−β₁) g            v ← β₂ v + (1−β₂) g²
//     m̂ = m / (1−β₁ᵗ)                v̂ = v / (1−β₂ᵗ)
//     θ ← θ − η λ θ − η m̂ / (√v̂ + ε)
//
// with g the gradient (times the scale of clipping), η the learning rate, λ the weight decay and t
// the update, from 1. ε is added to the root of the corrected second moment, as in algorithm 1 of
// the paper.
//
// Sources: Kingma and Ba, "Adam", ICLR 2015, arXiv:1412.6980, algorithm 1; Loshchilov and Hutter,
// "Decoupled Weight Decay Regularization", ICLR 2019, arXiv:1711.05101, algorithm 2 (with η as the
// schedule multiplier).
//
// On the CPU one update is one pass over memory, spread over threads by elements. Every element is
// computed alone, so the result does not depend on the number of threads.

#pragma once

#include <unordered_map>

#include "nmt/optim/optimizer.h"
#include "nmt/optim/parallel_for.h"

namespace nmt::optim {

struct AdamOptions {
  double beta1 = 0.9;
  double beta2 = 0.98;
  double eps = 1e-9;
  double weight_decay = 0.0;  ///< λ, for parameters with `decays`.
};

class Adam : public Optimizer {
 public:
  explicit Adam(const AdamOptions& options, ParallelFor parallel_for = in_torch_threads)
      : options_(options), parallel_for_(std::move(parallel_for)) {}

  void step(std::vector<Parameter>& parameters, double learning_rate,
            double gradient_scale) override;
  NamedTensors state() const override;
  void load_state(const NamedTensors& state) override;

 private:
  struct Moments {
    std::string name;
    torch::Tensor first;   // m
    torch::Tensor second;  // v
  };
  void bind(const std::vector<Parameter>& parameters);

  AdamOptions options_;
  ParallelFor parallel_for_;
  int64_t step_ = 0;
  std::vector<Moments> moments_;  // One a parameter, in the order of step's parameters.
  std::unordered_map<std::string, torch::Tensor> loaded_;  // Until the first step binds it.
};

}  // namespace nmt::optim
