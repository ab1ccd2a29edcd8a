#include "nmt/optim/gradient_clip.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>

namespace nmt::optim {
namespace {

constexpr int64_t kChunkElements = 16384;
constexpr int64_t kChunksPerTask = 4;

struct Chunk {
  const float* gradient;
  int64_t count;
};

// Eight sums, so that one addition need not wait for the last.
double sum_of_squares(const Chunk& chunk) {
  constexpr int64_t kLanes = 8;
  double lanes[kLanes] = {};
  int64_t i = 0;
  for (; i + kLanes <= chunk.count; i += kLanes) {
    for (int64_t lane = 0; lane < kLanes; ++lane) {
      const double g = chunk.gradient[i + lane];
      lanes[lane] += g * g;
    }
  }
  double sum = 0.0;
  for (; i < chunk.count; ++i) sum += double{chunk.gradient[i]} * double{chunk.gradient[i]};
  for (const double lane : lanes) sum += lane;
  return sum;
}

// Chunks have fixed borders and are added in order: threads do not change the result.
double sum_of_squares(const std::vector<Chunk>& chunks) {
  std::vector<double> sums(chunks.size());
  at::parallel_for(0, static_cast<int64_t>(chunks.size()), kChunksPerTask,
                   [&](int64_t begin, int64_t end) {
                     for (int64_t i = begin; i < end; ++i) sums[i] = sum_of_squares(chunks[i]);
                   });
  double total = 0.0;
  for (const double sum : sums) total += sum;
  return total;
}

}  // namespace

double gradient_norm(const std::vector<Parameter>& parameters) {
  torch::NoGradGuard no_grad;
  std::vector<Chunk> chunks;
  std::vector<torch::Tensor> kept;  // Keeps contiguous copies alive while chunks point into them.
  double elsewhere = 0.0;
  for (const Parameter& parameter : parameters) {
    if (!parameter.gradient.defined()) continue;
    if (!parameter.gradient.is_cpu()) {
      elsewhere += parameter.gradient.to(torch::kFloat64).square().sum().item<double>();
      continue;
    }
    kept.push_back(parameter.gradient.contiguous());
    const float* data = kept.back().const_data_ptr<float>();
    for (int64_t left = kept.back().numel(); left > 0; left -= kChunkElements) {
      const int64_t count = std::min(left, kChunkElements);
      chunks.push_back({data, count});
      data += count;
    }
  }
  return std::sqrt(sum_of_squares(chunks) + elsewhere);
}

double clip_gradients(std::vector<Parameter>& parameters, double limit) {
  const double norm = gradient_norm(parameters);
  if (limit <= 0.0 || !std::isfinite(norm) || norm <= limit) return norm;
  torch::NoGradGuard no_grad;
  std::vector<torch::Tensor> gradients;
  for (Parameter& parameter : parameters) {
    if (parameter.gradient.defined()) gradients.push_back(parameter.gradient);
  }
  at::_foreach_mul_(gradients, limit / norm);
  return norm;
}

}  // namespace nmt::optim
