#include "nmt/stability/bound_tracker.h"

#include <algorithm>
#include <cmath>

#include "layers/multi_head_attention.h"
#include "nmt/run_log/json_number.h"
#include "nmt/stability/prefix_norm.h"
#include "nmt/stability/theorem_bound.h"

namespace nmt::stability {
namespace {

constexpr int64_t kCausalRows = 32;     // Of a sentence.
constexpr int64_t kPrefixesOfTask = 8;  // A task's search goes on from prefix to prefix.

// ‖A‖ / (τ √K) of head h.
double head_scale(const layers::MultiHeadAttentionImpl& attention, int64_t h) {
  const int64_t K = attention.options().d_model / attention.options().heads;
  const layers::StackedLinear& stack = attention.query_key_value();
  const auto weight = [&](size_t part) {
    return stack.effective_weight(part).narrow(0, h * K, K).cpu();
  };
  const auto bias = [&](size_t part) {
    return stack.parts()[part]->bias.narrow(0, h * K, K).cpu();
  };
  const double norm = bilinear_norm(weight(0), bias(0), weight(1), bias(1));
  return norm / (attention.temperature() * std::sqrt(static_cast<double>(K)));
}

// Some prefixes of one sentence's keys, and the norms of their inputs.
struct PrefixTask {
  int64_t sentence;
  std::vector<int64_t> prefixes;
  std::vector<double> norms = {};
};

std::vector<PrefixTask> tasks_of(const kernels::AttentionMask& mask) {
  std::vector<PrefixTask> tasks;
  for (int64_t b = 0; b < mask.batch(); ++b) {
    if (!mask.causal()) {
      if (mask.key_length(b) >= 2) tasks.push_back({b, {mask.key_length(b)}});
      continue;
    }
    const std::vector<int64_t> prefixes = counted_prefixes(mask.query_length(b));
    for (auto first = prefixes.begin(); first != prefixes.end();) {
      const auto last = first + std::min<int64_t>(kPrefixesOfTask, prefixes.end() - first);
      tasks.push_back({b, {first, last}});
      first = last;
    }
  }
  return tasks;
}

// Sums over rows of the bound of each head.
class BoundSums {
 public:
  BoundSums(const std::vector<double>& scales, const kernels::AttentionMask& mask)
      : scales_(scales),
        sums_(scales.size(), 0.0),
        counted_(torch::zeros({mask.batch(), mask.queries()}, torch::kBool)) {}

  // Query `t` of sentence `b`, whose logits have a norm of at most `norm` times a head's scale.
  void add(int64_t b, int64_t t, int64_t keys, double norm) {
    for (size_t h = 0; h < sums_.size(); ++h) {
      sums_[h] += entropy_lower_bound(scales_[h] * norm, keys);
    }
    counted_.accessor<bool, 2>()[b][t] = true;
    ++rows_;
  }

  std::vector<double> means() const {
    std::vector<double> means = sums_;
    for (double& mean : means) mean /= static_cast<double>(rows_);
    return means;
  }
  const torch::Tensor& counted() const { return counted_; }

 private:
  const std::vector<double>& scales_;
  std::vector<double> sums_;
  torch::Tensor counted_;
  int64_t rows_ = 0;
};

}  // namespace

std::vector<int64_t> counted_prefixes(int64_t length) {
  const int64_t count = std::min(kCausalRows, length - 1);
  std::vector<int64_t> prefixes;
  for (int64_t i = 0; i < count; ++i) {
    prefixes.push_back(count == 1 ? length : 2 + (length - 2) * i / (count - 1));
  }
  return prefixes;
}

void BoundTracker::observe_inputs(const layers::AttentionLayerInputs& inputs) {
  counted_ = torch::Tensor();
  if (inputs.attention.options().architecture.head_norm != layers::HeadNormKind::kNone) return;
  const torch::NoGradGuard no_grad;
  const kernels::AttentionMask& mask = inputs.mask;
  const torch::Tensor queries = with_ones(inputs.query_input);
  const torch::Tensor keys = with_ones(inputs.key_input);
  const int64_t heads = inputs.attention.options().heads;
  std::vector<double> scales(heads);
  std::vector<PrefixTask> tasks = tasks_of(mask);
  parallel_for_(std::ssize(tasks) + heads, [&](int64_t i) {
    if (i < heads) {
      scales[i] = head_scale(inputs.attention, i);
    } else {
      PrefixTask& task = tasks[i - heads];
      task.norms = prefix_norms(
          keys.narrow(0, mask.key_offset(task.sentence), mask.key_length(task.sentence)),
          task.prefixes);
    }
  });
  const torch::Tensor lengths = queries.norm(2, 1);
  const auto length = lengths.accessor<double, 1>();
  BoundSums sums(scales, mask);
  for (const PrefixTask& task : tasks) {
    const int64_t b = task.sentence, first = mask.query_offset(b);
    for (size_t i = 0; i < task.prefixes.size(); ++i) {
      const int64_t n = task.prefixes[i];
      const int64_t begin = mask.causal() ? n - 1 : 0;
      const int64_t end = mask.causal() ? n : mask.query_length(b);
      for (int64_t t = begin; t < end; ++t) sums.add(b, t, n, task.norms[i] * length[first + t]);
    }
  }
  bounds_.of(inputs.kind, inputs.layer).bound = sums.means();
  counted_ = sums.counted();
}

void BoundTracker::observe_rows(const layers::AttentionRows& rows) {
  if (!counted_.defined()) return;
  const torch::Tensor counted = counted_.unsqueeze(1);
  const torch::Tensor entropy = rows.entropy.to(torch::kCPU, torch::kFloat64);
  const torch::Tensor means =
      entropy.masked_fill(counted.logical_not(), 0.0).sum(at::IntArrayRef({0, 2})) / counted.sum();
  bounds_.of(rows.kind, rows.layer)
      .entropy.assign(means.const_data_ptr<double>(),
                      means.const_data_ptr<double>() + means.numel());
}

void AttentionBounds::put_into(std::vector<run_log::AttentionRecord>& records) const {
  for (run_log::AttentionRecord& record : records) {
    const auto found = layers_.find({record.kind, record.layer});
    if (found == layers_.end() || found->second.bound.empty()) continue;
    record.bound = found->second.bound;
    for (double& bound : record.bound) bound = run_log::rounded_down(bound, run_log::kHeadDigits);
    record.bound_entropy = run_log::rounded(found->second.entropy, run_log::kHeadDigits);
  }
}

}  // namespace nmt::stability
