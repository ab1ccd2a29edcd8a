#include "nmt/stability/entropy_tracker.h"

#include <c10/util/Exception.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <utility>

#include "data/text/error.h"
#include "layers/attention_kind.h"
#include "nmt/run_log/json_number.h"

namespace nmt::stability {
namespace {

using nlohmann::ordered_json;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// The sums of one head over the rows of one sentence.
struct HeadSums {
  double entropy = 0.0;
  double relative_entropy = 0.0;
  float min_entropy = std::numeric_limits<float>::infinity();
  float max_logit = -std::numeric_limits<float>::infinity();
};

// `weights[t]` is 1 / ln n of row t, or 0 where the row does not count. Counts the rows in
// `histogram`.
template <int64_t bins>
HeadSums sum_rows(const float* entropy, const float* max_logit, const double* weights,
                  int64_t queries, int64_t* histogram) {
  HeadSums sums;
  for (int64_t t = 0; t < queries; ++t) {
    if (weights[t] == 0.0) continue;
    const double value = entropy[t];
    const double relative = value * weights[t];
    sums.entropy += value;
    sums.relative_entropy += relative;
    if (relative >= 0.0) ++histogram[std::min<int64_t>(bins - 1, relative * bins)];
    sums.min_entropy = std::min(sums.min_entropy, entropy[t]);
    sums.max_logit = std::max(sums.max_logit, max_logit[t]);
  }
  return sums;
}

std::vector<double> divided(std::vector<double> values, double divisor) {
  for (double& value : values) value /= divisor;
  return values;
}

std::vector<double> in_head_digits(std::vector<double> values) {
  return run_log::rounded(std::move(values), run_log::kHeadDigits);
}

double total(const std::vector<double>& values) {
  double sum = 0.0;
  for (const double value : values) sum += value;
  return sum;
}

// The centre of the bin that holds each quantile of the `counts` in it; NaN without any.
template <int64_t bins>
run_log::EntropyQuantiles quantiles_of(std::span<const int64_t> counts) {
  int64_t total = 0;
  for (const int64_t count : counts) total += count;
  run_log::EntropyQuantiles values;
  values.fill(std::numeric_limits<double>::quiet_NaN());
  int64_t below = 0;
  size_t next = 0;
  for (int64_t bin = 0; bin < bins && total > 0; ++bin) {
    below += counts[bin];
    while (next < values.size() && below > 0 && below >= run_log::kEntropyQuantiles[next] * total) {
      values[next++] = run_log::centre_of_bin(bin);
    }
  }
  return values;
}

std::span<const double> take_numbers(std::span<const double>& numbers, size_t count) {
  TORCH_CHECK(numbers.size() >= count, "attention entropy: numbers of another process are missing");
  const std::span<const double> taken = numbers.first(count);
  numbers = numbers.subspan(count);
  return taken;
}

double take_number(std::span<const double>& numbers) {
  return take_numbers(numbers, 1)[0];
}

torch::Tensor on_cpu(const torch::Tensor& tensor, torch::ScalarType type) {
  return tensor.to(torch::kCPU, type).contiguous();
}

}  // namespace

void EntropyTracker::Sums::grow(int64_t heads) {
  if (entropy.empty()) {
    entropy.assign(heads, 0.0);
    relative_entropy.assign(heads, 0.0);
    min_entropy.assign(heads, kInfinity);
    max_logit.assign(heads, -kInfinity);
    histogram.assign(heads * kBins, 0);
  }
  TORCH_CHECK(static_cast<int64_t>(entropy.size()) == heads, "attention entropy: a layer of ",
              entropy.size(), " heads reported ", heads);
}

void EntropyTracker::Sums::add(const Sums& other) {
  if (other.entropy.empty()) return;
  grow(static_cast<int64_t>(other.entropy.size()));
  rows += other.rows;
  for (size_t h = 0; h < entropy.size(); ++h) {
    entropy[h] += other.entropy[h];
    relative_entropy[h] += other.relative_entropy[h];
    min_entropy[h] = std::min(min_entropy[h], other.min_entropy[h]);
    max_logit[h] = std::max(max_logit[h], other.max_logit[h]);
  }
  for (size_t i = 0; i < histogram.size(); ++i) histogram[i] += other.histogram[i];
}

// Counts are far below 2^53, so that a double holds them.
void EntropyTracker::Sums::append_to(std::vector<double>& numbers) const {
  numbers.insert(numbers.end(), {static_cast<double>(entropy.size()), static_cast<double>(rows)});
  for (const auto* list : {&entropy, &relative_entropy, &min_entropy, &max_logit}) {
    numbers.insert(numbers.end(), list->begin(), list->end());
  }
  numbers.insert(numbers.end(), histogram.begin(), histogram.end());
}

EntropyTracker::Sums EntropyTracker::Sums::taken_from(std::span<const double>& numbers) {
  const auto heads = static_cast<size_t>(take_number(numbers));
  Sums sums{.rows = static_cast<int64_t>(take_number(numbers))};
  for (auto* list : {&sums.entropy, &sums.relative_entropy, &sums.min_entropy, &sums.max_logit}) {
    const std::span<const double> values = take_numbers(numbers, heads);
    list->assign(values.begin(), values.end());
  }
  const std::span<const double> counts = take_numbers(numbers, heads * kBins);
  sums.histogram.assign(counts.begin(), counts.end());
  return sums;
}

std::vector<run_log::EntropyQuantiles> EntropyTracker::Sums::quantiles() const {
  std::vector<run_log::EntropyQuantiles> heads;
  for (size_t begin = 0; begin < histogram.size(); begin += kBins) {
    heads.push_back(quantiles_of<kBins>(std::span(histogram).subspan(begin, kBins)));
  }
  return heads;
}

EntropyTracker::Sums& EntropyTracker::sums_of(AllSums& all, layers::AttentionKind kind,
                                              int64_t layer) {
  TORCH_CHECK(layer >= 1, "attention entropy: layers count from 1, got ", layer);
  std::vector<Sums>& layers = all[static_cast<size_t>(kind)];
  if (static_cast<int64_t>(layers.size()) < layer) layers.resize(layer);
  return layers[layer - 1];
}

void EntropyTracker::add(AllSums& to, const AllSums& from) {
  for (size_t kind = 0; kind < from.size(); ++kind) {
    if (to[kind].size() < from[kind].size()) to[kind].resize(from[kind].size());
    for (size_t layer = 0; layer < from[kind].size(); ++layer) {
      to[kind][layer].add(from[kind][layer]);
    }
  }
}

double EntropyTracker::inverse_log(int64_t keys) {
  while (static_cast<int64_t>(inverse_logs_.size()) <= keys) {
    const double n = static_cast<double>(inverse_logs_.size());
    inverse_logs_.push_back(n < 2.0 ? 0.0 : 1.0 / std::log(n));
  }
  return keys < 2 ? 0.0 : inverse_logs_[keys];
}

// Fills row_weights_ for one sentence of `queries` rows; returns how many rows count.
int64_t EntropyTracker::weigh_rows(const int64_t* keys, int64_t stride, int64_t queries) {
  row_weights_.resize(queries);
  int64_t counted = 0;
  for (int64_t t = 0; t < queries; ++t) {
    row_weights_[t] = inverse_log(keys[t * stride]);
    counted += row_weights_[t] != 0.0;
  }
  return counted;
}

void EntropyTracker::observe_rows(const layers::AttentionRows& rows) {
  if (rows.entropy.device().is_cpu()) {
    add_rows(rows);
  } else {
    waiting_.push_back(rows);
  }
}

void EntropyTracker::add_waiting_rows() {
  for (const layers::AttentionRows& rows : std::exchange(waiting_, {})) add_rows(rows);
}

void EntropyTracker::add_rows(const layers::AttentionRows& rows) {
  TORCH_CHECK(rows.entropy.dim() == 3 && rows.max_logit.sizes() == rows.entropy.sizes(),
              "attention entropy: entropy and max_logit must be [B, H, T], got ",
              rows.entropy.sizes(), " and ", rows.max_logit.sizes());
  const int64_t B = rows.entropy.size(0), H = rows.entropy.size(1), T = rows.entropy.size(2);
  const torch::Tensor entropy = on_cpu(rows.entropy, torch::kFloat32);
  const torch::Tensor max_logit = on_cpu(rows.max_logit, torch::kFloat32);
  const torch::Tensor keys = on_cpu(rows.visible_keys, torch::kInt64).expand({B, T});
  const torch::Tensor lengths = on_cpu(rows.query_lengths, torch::kInt64);
  TORCH_CHECK(lengths.dim() == 1 && lengths.size(0) == B,
              "attention entropy: query_lengths must be [", B, "], got ", lengths.sizes());
  const float* entropies = entropy.const_data_ptr<float>();
  const float* logits = max_logit.const_data_ptr<float>();

  Sums& sums = sums_of(update_, rows.kind, rows.layer);
  sums.grow(H);
  for (int64_t b = 0; b < B; ++b) {
    const int64_t queries = std::min(lengths.const_data_ptr<int64_t>()[b], T);
    sums.rows +=
        weigh_rows(keys.const_data_ptr<int64_t>() + b * keys.stride(0), keys.stride(1), queries);
    for (int64_t h = 0; h < H; ++h) {
      const int64_t offset = (b * H + h) * T;
      const HeadSums head =
          sum_rows<Sums::kBins>(entropies + offset, logits + offset, row_weights_.data(), queries,
                                sums.histogram.data() + h * Sums::kBins);
      sums.entropy[h] += head.entropy;
      sums.relative_entropy[h] += head.relative_entropy;
      sums.min_entropy[h] = std::min<double>(sums.min_entropy[h], head.min_entropy);
      sums.max_logit[h] = std::max<double>(sums.max_logit[h], head.max_logit);
    }
  }
}

void EntropyTracker::merge(EntropyTracker& other) {
  add_waiting_rows();
  other.add_waiting_rows();
  add(update_, other.update_);
  other.discard_update();
}

void EntropyTracker::move_update_to(std::vector<double>& numbers) {
  add_waiting_rows();
  for (const std::vector<Sums>& layers : update_) {
    numbers.push_back(static_cast<double>(layers.size()));
    for (const Sums& sums : layers) sums.append_to(numbers);
  }
  discard_update();
}

void EntropyTracker::merge(std::span<const double>& numbers) {
  AllSums other;
  for (std::vector<Sums>& layers : other) {
    const auto count = static_cast<int64_t>(take_number(numbers));
    for (int64_t i = 0; i < count; ++i) layers.push_back(Sums::taken_from(numbers));
  }
  add(update_, other);
}

run_log::LayerEntropy EntropyTracker::summary_of(layers::AttentionKind kind, int64_t layer,
                                                 const Sums& sums) {
  const double rows = static_cast<double>(sums.rows);
  const double values = rows * static_cast<double>(sums.entropy.size());
  const auto lowest = std::ranges::min_element(sums.relative_entropy);
  return {.kind = kind,
          .layer = layer,
          .entropy = total(sums.entropy) / values,
          .relative_entropy = total(sums.relative_entropy) / values,
          .min_entropy = std::ranges::min(sums.min_entropy),
          .max_logit = std::ranges::max(sums.max_logit),
          .lowest_head = lowest - sums.relative_entropy.begin() + 1,
          .lowest_head_entropy = *lowest / rows};
}

std::vector<double>& EntropyTracker::history_of(layers::AttentionKind kind, int64_t layer) {
  std::vector<std::vector<double>>& layers = history_[static_cast<size_t>(kind)];
  if (static_cast<int64_t>(layers.size()) < layer) layers.resize(layer);
  return layers[layer - 1];
}

std::vector<run_log::LayerEntropy> EntropyTracker::finish_update() {
  add_waiting_rows();
  std::vector<run_log::LayerEntropy> summary;
  for (const layers::AttentionKind kind : layers::kAttentionKinds) {
    const std::vector<Sums>& layers = update_[static_cast<size_t>(kind)];
    for (int64_t layer = 1; layer <= static_cast<int64_t>(layers.size()); ++layer) {
      const Sums& sums = layers[layer - 1];
      if (sums.entropy.empty()) continue;
      double value = std::numeric_limits<double>::quiet_NaN();
      if (sums.rows > 0) {
        summary.push_back(summary_of(kind, layer, sums));
        value = summary.back().relative_entropy;
      }
      history_of(kind, layer).push_back(run_log::rounded(value));
    }
  }
  add(period_, update_);
  discard_update();
  return summary;
}

void EntropyTracker::skip_update() {
  add_waiting_rows();
  for (const layers::AttentionKind kind : layers::kAttentionKinds) {
    const std::vector<Sums>& layers = update_[static_cast<size_t>(kind)];
    for (size_t i = 0; i < layers.size(); ++i) {
      if (layers[i].entropy.empty()) continue;
      history_of(kind, i + 1).push_back(std::numeric_limits<double>::quiet_NaN());
      sums_of(period_, kind, i + 1).grow(static_cast<int64_t>(layers[i].entropy.size()));
    }
  }
  discard_update();
}

std::vector<run_log::AttentionRecord> EntropyTracker::take() {
  std::vector<run_log::AttentionRecord> records;
  for (const layers::AttentionKind kind : layers::kAttentionKinds) {
    std::vector<Sums>& layers = period_[static_cast<size_t>(kind)];
    for (size_t i = 0; i < layers.size(); ++i) {
      Sums& sums = layers[i];
      if (sums.entropy.empty()) continue;
      if (sums.rows == 0) {
        const double nan = std::numeric_limits<double>::quiet_NaN();
        std::ranges::fill(sums.min_entropy, nan);
        std::ranges::fill(sums.max_logit, nan);
      }
      const double rows = static_cast<double>(sums.rows);
      records.push_back(
          {.kind = kind,
           .layer = static_cast<int64_t>(i) + 1,
           .entropy = in_head_digits(divided(std::move(sums.entropy), rows)),
           .relative_entropy = in_head_digits(divided(std::move(sums.relative_entropy), rows)),
           .min_entropy = in_head_digits(std::move(sums.min_entropy)),
           .max_logit = in_head_digits(std::move(sums.max_logit)),
           .relative_quantiles = sums.quantiles(),
           .relative_entropy_by_update = history_of(kind, i + 1)});
    }
  }
  period_ = {};
  history_ = {};
  return records;
}

ordered_json EntropyTracker::state() const {
  ordered_json list = ordered_json::array();
  for (const layers::AttentionKind kind : layers::kAttentionKinds) {
    const std::vector<Sums>& layers = period_[static_cast<size_t>(kind)];
    for (size_t i = 0; i < layers.size(); ++i) {
      const Sums& sums = layers[i];
      if (sums.entropy.empty()) continue;
      list.push_back(
          {{"kind", layers::name(kind)},
           {"layer", i + 1},
           {"rows", sums.rows},
           {"entropy", run_log::json_numbers(sums.entropy)},
           {"relative_entropy", run_log::json_numbers(sums.relative_entropy)},
           {"min_entropy", run_log::json_numbers(sums.min_entropy)},
           {"max_logit", run_log::json_numbers(sums.max_logit)},
           {"histogram", sums.histogram},
           {"history", run_log::json_numbers(history_[static_cast<size_t>(kind)].at(i))}});
    }
  }
  return list;
}

void EntropyTracker::restore(const ordered_json& state) {
  EntropyTracker restored;
  try {
    for (const ordered_json& item : state) {
      const auto name = item.at("kind").get<std::string>();
      const auto found = layers::find_attention_kind(name);
      if (!found) throw InputError("\"", name, "\" is no attention kind");
      const layers::AttentionKind kind = *found;
      const int64_t layer = item.at("layer").get<int64_t>();
      Sums& sums = sums_of(restored.period_, kind, layer);
      sums = {.rows = item.at("rows").get<int64_t>(),
              .entropy = run_log::numbers_from_json(item.at("entropy")),
              .relative_entropy = run_log::numbers_from_json(item.at("relative_entropy")),
              .min_entropy = run_log::numbers_from_json(item.at("min_entropy")),
              .max_logit = run_log::numbers_from_json(item.at("max_logit")),
              .histogram = item.at("histogram").get<std::vector<int64_t>>()};
      restored.history_of(kind, layer) = run_log::numbers_from_json(item.at("history"));
    }
  } catch (const nlohmann::json::exception& error) {
    throw InputError("cannot restore the attention entropy statistics: ", error.what());
  }
  *this = std::move(restored);
}

}  // namespace nmt::stability
