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

void StreamTracker::Sums::add(const Sums& other) {
  activation += other.activation;
  gradient += other.gradient;
  elements += other.elements;
}

void StreamTracker::merge(StreamTracker& other) {
  for (size_t stack = 0; stack < sums_.size(); ++stack) {
    const std::vector<Sums> added = std::exchange(other.sums_[stack], {});
    for (size_t i = 0; i < added.size(); ++i) {
      sums_of(static_cast<layers::Stack>(stack), static_cast<int64_t>(i) + 1).add(added[i]);
    }
  }
}

void StreamTracker::move_to(std::vector<double>& numbers) {
  for (const std::vector<Sums>& layers : sums_) {
    numbers.push_back(static_cast<double>(layers.size()));
    for (const Sums& sums : layers) {
      numbers.insert(numbers.end(),
                     {sums.activation, sums.gradient, static_cast<double>(sums.elements)});
    }
  }
  sums_ = {};
}

void StreamTracker::merge(std::span<const double>& numbers) {
  constexpr size_t kNumbers = 3;
  for (const layers::Stack stack : {layers::Stack::kEncoder, layers::Stack::kDecoder}) {
    const auto layers = static_cast<int64_t>(numbers[0]);
    numbers = numbers.subspan(1);
    for (int64_t layer = 1; layer <= layers; ++layer) {
      sums_of(stack, layer)
          .add({.activation = numbers[0],
                .gradient = numbers[1],
                .elements = static_cast<int64_t>(numbers[2])});
      numbers = numbers.subspan(kNumbers);
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
