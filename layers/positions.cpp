#include "layers/positions.h"

#include <cmath>

namespace nmt::layers {

torch::Tensor sinusoidal_positions(int64_t length, int64_t d_model) {
  const int64_t half = d_model / 2;
  const torch::Tensor frequency =
      torch::exp(torch::arange(half, torch::kFloat64) * (-2.0 * std::log(10000.0) / d_model));
  const torch::Tensor angle = torch::arange(length, torch::kFloat64).unsqueeze(1) * frequency;
  torch::Tensor table = torch::zeros({length, d_model}, torch::kFloat64);
  table.narrow(1, 0, half).copy_(angle.sin());
  table.narrow(1, half, half).copy_(angle.cos());
  return table.to(torch::get_default_dtype());
}

PositionsImpl::PositionsImpl(PositionKind kind, int64_t max_positions, int64_t d_model) {
  if (kind == PositionKind::kLearned) {
    table_ = register_parameter("weight", torch::zeros({max_positions, d_model}));
  } else {
    table_ = sinusoidal_positions(max_positions, d_model);
  }
}

torch::Tensor PositionsImpl::forward(const torch::Tensor& positions) {
  const int64_t longest = positions.numel() == 0 ? 0 : positions.max().item<int64_t>() + 1;
  TORCH_CHECK(longest <= table_.size(0), "positions: a sequence of ", longest,
              " pieces is longer than the model's max-positions of ", table_.size(0));
  return table_.index_select(0, positions.to(table_.device()));
}

void PositionsImpl::to(torch::Device device, bool non_blocking) {
  Module::to(device, non_blocking);
  table_ = table_.to(device);
}

}  // namespace nmt::layers
