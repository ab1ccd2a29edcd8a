#include "nmt/report/attention_history.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "data/text/error.h"

namespace nmt::report {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kLowEntropy = 0.05;  // As in nmt/stability/stability_rules.h.

// NaN never wins.
double smaller(double a, double b) {
  return std::isnan(a) || b < a ? b : a;
}
double larger(double a, double b) {
  return std::isnan(a) || b > a ? b : a;
}

double mean(const std::vector<double>& values) {
  double sum = 0;
  size_t count = 0;
  for (const double value : values) {
    if (std::isnan(value)) continue;
    sum += value;
    ++count;
  }
  return count == 0 ? kNan : sum / static_cast<double>(count);
}

void append(std::vector<double>& rows, std::vector<double> values, size_t count) {
  values.resize(count, kNan);
  rows.insert(rows.end(), values.begin(), values.end());
}

}  // namespace

std::string kind_in_words(const std::string& kind) {
  if (kind == "encoder_self") return "encoder self-attention";
  if (kind == "decoder_self") return "decoder self-attention";
  return kind + " attention";
}

// The rows that one record adds.
struct AttentionHistory::Rows {
  std::vector<double> mean, lowest, smallest, logit;  // Layers.
  std::vector<double> relative, entropy, head_smallest, head_logit, bound, bound_entropy;
  std::vector<std::vector<double>> quantiles = std::vector<std::vector<double>>(5);
};

AttentionHistory::AttentionHistory(std::string kind) : kind_(std::move(kind)) {}

void AttentionHistory::add_quantiles(const Json& layer, Rows& rows) const {
  const auto found = layer.find("relative_quantiles");
  if (found == layer.end() || found->is_null()) return;
  if (!found->is_array()) throw InputError("\"relative_quantiles\": expected a list of lists");
  std::vector<std::vector<double>> by_quantile(rows.quantiles.size());
  for (const Json& head : *found) {
    for (size_t q = 0; q < by_quantile.size(); ++q) {
      const bool there = head.is_array() && q < head.size();
      by_quantile[q].push_back(there ? number(head[q]) : kNan);
    }
  }
  for (size_t q = 0; q < by_quantile.size(); ++q) {
    rows.quantiles[q].resize(rows.relative.size() - heads_, kNan);
    append(rows.quantiles[q], std::move(by_quantile[q]), heads_);
  }
}

void AttentionHistory::add_heads(const Json& layer, Rows& rows) const {
  const std::vector<double> relative = numbers_at(layer, "relative_entropy");
  const std::vector<double> smallest = numbers_at(layer, "min_entropy");
  const std::vector<double> logit = numbers_at(layer, "max_logit");
  rows.mean.push_back(mean(relative));
  double lowest = kNan, row = kNan, largest = kNan;
  for (const double value : relative) lowest = smaller(lowest, value);
  for (const double value : smallest) row = smaller(row, value);
  for (const double value : logit) largest = larger(largest, value);
  rows.lowest.push_back(lowest);
  rows.smallest.push_back(row);
  rows.logit.push_back(largest);
  append(rows.relative, relative, heads_);
  append(rows.head_smallest, smallest, heads_);
  append(rows.head_logit, logit, heads_);
  append(rows.entropy, numbers_at(layer, "entropy"), heads_);
  append(rows.bound, numbers_at(layer, "bound"), heads_);
  append(rows.bound_entropy, numbers_at(layer, "bound_entropy"), heads_);
  add_quantiles(layer, rows);
}

void AttentionHistory::watch(int64_t update, const Rows& rows) {
  last_lowest_ = kNan;
  for (size_t layer = 0; layer < rows.mean.size(); ++layer) {
    const double value = rows.mean[layer];
    last_lowest_ = smaller(last_lowest_, value);
    if (!std::isnan(value) && (lowest_.layer == 0 || value < lowest_.value)) {
      lowest_ = {value, kind_, static_cast<int64_t>(layer) + 1, 0, update};
    }
  }
  first_low_.resize(std::max(first_low_.size(), rows.relative.size()));
  for (size_t i = 0; i < rows.relative.size(); ++i) {
    const auto layer = static_cast<int64_t>(i / heads_) + 1;
    const auto head = static_cast<int64_t>(i % heads_) + 1;
    const double logit = rows.head_logit[i];
    if (!std::isnan(logit) && (largest_.layer == 0 || logit > largest_.value)) {
      largest_ = {logit, kind_, layer, head, update};
    }
    if (first_low_[i] == 0 && rows.relative[i] < kLowEntropy) first_low_[i] = update;
  }
}

void AttentionHistory::add(int64_t update, size_t block, const std::vector<const Json*>& layers) {
  if (layers.empty()) return;
  if (heads_ == 0) heads_ = std::max<size_t>(1, numbers_at(*layers[0], "relative_entropy").size());
  Rows rows;
  for (const Json* layer : layers) add_heads(*layer, rows);
  relative_mean.add(block, rows.mean);
  relative_lowest.add(block, rows.lowest);
  smallest_row.add(block, rows.smallest);
  largest_logit.add(block, rows.logit);
  head_relative.add(block, rows.relative);
  head_entropy.add(block, rows.entropy);
  head_smallest_row.add(block, rows.head_smallest);
  head_largest_logit.add(block, rows.head_logit);
  head_bound.add(block, rows.bound);
  head_bound_entropy.add(block, rows.bound_entropy);
  for (size_t q = 0; q < rows.quantiles.size(); ++q)
    head_quantiles[q].add(block, rows.quantiles[q]);
  watch(update, rows);
}

void AttentionHistory::halve() {
  for (BlockMatrix* matrix :
       {&relative_mean, &relative_lowest, &smallest_row, &largest_logit, &head_relative,
        &head_entropy, &head_smallest_row, &head_largest_logit, &head_bound, &head_bound_entropy}) {
    matrix->halve();
  }
  for (BlockMatrix& matrix : head_quantiles) matrix.halve();
}

Extreme AttentionHistory::first_low_head(int64_t layer) const {
  Extreme first{kLowEntropy, kind_, layer, 0, 0};
  for (size_t head = 0; head < heads_; ++head) {
    const size_t row = static_cast<size_t>(layer - 1) * heads_ + head;
    if (row >= first_low_.size() || first_low_[row] == 0) continue;
    if (first.head != 0 && first_low_[row] >= first.update) continue;
    first.head = static_cast<int64_t>(head) + 1;
    first.update = first_low_[row];
  }
  return first;
}

}  // namespace nmt::report
