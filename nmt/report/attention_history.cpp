#include "nmt/report/attention_history.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "nmt/run_log/stability_rules.h"

namespace nmt::report {
namespace {

using run_log::AttentionRecord;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kLowEntropy = run_log::kStabilityRules.collapse_relative;

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

double smallest_of(const std::vector<double>& values) {
  double found = kNan;
  for (const double value : values) found = smaller(found, value);
  return found;
}

double largest_of(const std::vector<double>& values) {
  double found = kNan;
  for (const double value : values) found = larger(found, value);
  return found;
}

using Layers = std::vector<const AttentionRecord*>;
using Values = std::vector<double> AttentionRecord::*;

// One value a layer.
std::vector<double> by_layer(const Layers& layers, Values values,
                             double (*merged)(const std::vector<double>&)) {
  std::vector<double> rows;
  for (const AttentionRecord* layer : layers) rows.push_back(merged(layer->*values));
  return rows;
}

// One value a layer and head, head fastest; NaN where a layer has fewer.
std::vector<double> by_head(const Layers& layers, size_t heads, Values values) {
  std::vector<double> rows;
  for (const AttentionRecord* layer : layers) {
    const std::vector<double>& of = layer->*values;
    for (size_t h = 0; h < heads; ++h) rows.push_back(h < of.size() ? of[h] : kNan);
  }
  return rows;
}

// The same of a quantile; no rows where no layer has quantiles.
std::vector<double> by_head(const Layers& layers, size_t heads, size_t quantile) {
  std::vector<double> rows;
  bool any = false;
  for (const AttentionRecord* layer : layers) {
    const auto& of = layer->relative_quantiles;
    any = any || !of.empty();
    for (size_t h = 0; h < heads; ++h) rows.push_back(h < of.size() ? of[h][quantile] : kNan);
  }
  return any ? rows : std::vector<double>();
}

}  // namespace

std::string kind_in_words(layers::AttentionKind kind) {
  constexpr const char* kWords[] = {"encoder self-attention", "decoder self-attention",
                                    "cross attention"};
  return kWords[static_cast<size_t>(kind)];
}

void AttentionHistory::watch(int64_t update, const std::vector<double>& means,
                             const std::vector<double>& relative,
                             const std::vector<double>& logits) {
  last_lowest_ = smallest_of(means);
  for (size_t layer = 0; layer < means.size(); ++layer) {
    const double value = means[layer];
    if (!std::isnan(value) && (lowest_.layer == 0 || value < lowest_.value)) {
      lowest_ = {value, kind_, static_cast<int64_t>(layer) + 1, 0, update};
    }
  }
  first_low_.resize(std::max(first_low_.size(), relative.size()));
  for (size_t i = 0; i < relative.size(); ++i) {
    const auto layer = static_cast<int64_t>(i / heads_) + 1;
    const auto head = static_cast<int64_t>(i % heads_) + 1;
    if (!std::isnan(logits[i]) && (largest_.layer == 0 || logits[i] > largest_.value)) {
      largest_ = {logits[i], kind_, layer, head, update};
    }
    if (first_low_[i] == 0 && relative[i] < kLowEntropy) first_low_[i] = update;
  }
}

void AttentionHistory::add(int64_t update, size_t block,
                           const std::vector<AttentionRecord>& records) {
  Layers layers;
  for (const AttentionRecord& record : records) {
    if (record.kind == kind_) layers.push_back(&record);
  }
  if (layers.empty()) return;
  if (heads_ == 0) heads_ = std::max<size_t>(1, layers[0]->relative_entropy.size());
  const auto means = by_layer(layers, &AttentionRecord::relative_entropy, mean);
  const auto relative = by_head(layers, heads_, &AttentionRecord::relative_entropy);
  const auto logits = by_head(layers, heads_, &AttentionRecord::max_logit);
  relative_mean.add(block, means);
  relative_lowest.add(block, by_layer(layers, &AttentionRecord::relative_entropy, smallest_of));
  smallest_row.add(block, by_layer(layers, &AttentionRecord::min_entropy, smallest_of));
  largest_logit.add(block, by_layer(layers, &AttentionRecord::max_logit, largest_of));
  head_relative.add(block, relative);
  head_largest_logit.add(block, logits);
  head_entropy.add(block, by_head(layers, heads_, &AttentionRecord::entropy));
  head_smallest_row.add(block, by_head(layers, heads_, &AttentionRecord::min_entropy));
  head_bound.add(block, by_head(layers, heads_, &AttentionRecord::bound));
  head_bound_entropy.add(block, by_head(layers, heads_, &AttentionRecord::bound_entropy));
  for (size_t q = 0; q < head_quantiles.size(); ++q) {
    head_quantiles[q].add(block, by_head(layers, heads_, q));
  }
  watch(update, means, relative, logits);
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
