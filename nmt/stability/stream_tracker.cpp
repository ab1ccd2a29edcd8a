#include "nmt/stability/stream_tracker.h"

#include <cmath>
#include <utility>

#include "layers/sublayer.h"
#include "nmt/run_log/json_number.h"

namespace nmt::stability {
namespace {

double sum_of_squares(const torch::Tensor& tensor) {
  const torch::Tensor flat = tensor.detach().flatten();
  return flat.dot(flat).item<double>();
}

const char* stack_name(size_t stack) {
  return stack == static_cast<size_t>(layers::Stack::kEncoder) ? "encoder" : "decoder";
}

}  // namespace

StreamTracker::Sums& StreamTracker::sums_of(layers::Stack stack, int64_t layer) {
  std::vector<Sums>& layers = sums_[static_cast<size_t>(stack)];
  if (static_cast<int64_t>(layers.size()) < layer) layers.resize(layer);
  return layers[layer - 1];
}

void StreamTracker::observe_layer(layers::Stack stack, int64_t layer,
                                  const layers::ResidualStream& stream) {
  const torch::Tensor& branch = stream.sum.branch;
  Sums& sums = sums_of(stack, layer);
  sums.activation += sum_of_squares(stream.sum.x.detach() * stream.sum.alpha + branch.detach());
  sums.elements += branch.numel();
  if (!branch.requires_grad()) return;
  const double kept = 1.0 - stream.sum.dropout.probability;
  branch.register_hook([this, stack, layer, kept](const torch::Tensor& gradient) {
    sums_of(stack, layer).gradient += kept * sum_of_squares(gradient);
  });
}

void StreamTracker::merge(StreamTracker& other) {
  for (size_t stack = 0; stack < sums_.size(); ++stack) {
    const std::vector<Sums> added = std::exchange(other.sums_[stack], {});
    for (size_t i = 0; i < added.size(); ++i) {
      Sums& sums = sums_of(static_cast<layers::Stack>(stack), static_cast<int64_t>(i) + 1);
      sums.activation += added[i].activation;
      sums.gradient += added[i].gradient;
      sums.elements += added[i].elements;
    }
  }
}

std::vector<run_log::StreamRecord> StreamTracker::take() {
  std::vector<run_log::StreamRecord> records;
  for (size_t stack = 0; stack < sums_.size(); ++stack) {
    for (size_t i = 0; i < sums_[stack].size(); ++i) {
      const Sums& sums = sums_[stack][i];
      const double elements = static_cast<double>(sums.elements);
      records.push_back({.stack = stack_name(stack),
                         .layer = static_cast<int64_t>(i) + 1,
                         .activation_rms = run_log::rounded(std::sqrt(sums.activation / elements)),
                         .gradient_rms = run_log::rounded(std::sqrt(sums.gradient / elements))});
    }
  }
  sums_ = {};
  return records;
}

}  // namespace nmt::stability
