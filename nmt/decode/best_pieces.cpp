#include "nmt/decode/best_pieces.h"

#include <algorithm>
#include <cmath>

namespace nmt::decode {
namespace {

using Row = std::vector<ScoredPiece>;  // log_probability holds the logit until normalize().

/// The `count` largest of `logits`, best first, ties by lower id. A pass with a small sorted list:
/// after the first pieces hardly any logit passes the list's last one.
Row largest(std::span<const float> logits, int64_t count) {
  Row best;
  best.reserve(count + 1);
  double bar = -std::numeric_limits<double>::infinity();
  for (size_t piece = 0; piece < logits.size(); ++piece) {
    if (!(logits[piece] > bar)) continue;
    const auto place = std::upper_bound(
        best.begin(), best.end(), logits[piece],
        [](float logit, const ScoredPiece& kept) { return logit > kept.log_probability; });
    best.insert(place, ScoredPiece{static_cast<int64_t>(piece), logits[piece]});
    if (std::ssize(best) > count) best.pop_back();
    if (std::ssize(best) == count) bar = best.back().log_probability;
  }
  return best;
}

std::vector<Row> largest_on_cpu(const torch::Tensor& logits, int64_t count) {
  const torch::Tensor packed = logits.contiguous();
  const size_t vocabulary = packed.size(1);
  std::vector<Row> rows;
  for (int64_t r = 0; r < packed.size(0); ++r) {
    rows.push_back(largest({packed.const_data_ptr<float>() + r * vocabulary, vocabulary}, count));
  }
  return rows;
}

std::vector<Row> largest_on_device(const torch::Tensor& logits, int64_t count) {
  const auto [values, pieces] = logits.topk(std::min(count, logits.size(1)), 1);
  const torch::Tensor values_cpu = values.cpu();
  const torch::Tensor pieces_cpu = pieces.cpu();
  const auto value = values_cpu.accessor<float, 2>();
  const auto piece = pieces_cpu.accessor<int64_t, 2>();
  std::vector<Row> rows(values_cpu.size(0));
  for (size_t r = 0; r < rows.size(); ++r) {
    for (int64_t k = 0; k < values_cpu.size(1); ++k) {
      rows[r].push_back({piece[r][k], value[r][k]});
    }
    std::stable_sort(
        rows[r].begin(), rows[r].end(), [](const ScoredPiece& a, const ScoredPiece& b) {
          return a.log_probability != b.log_probability ? a.log_probability > b.log_probability
                                                        : a.piece < b.piece;
        });
  }
  return rows;
}

// Rounding may lift the logarithm of a probability of nearly 1 above 0.
double log_probability(double logit, double log_sum) {
  return std::min(logit - log_sum, 0.0);
}

void normalize(Row& row, double log_sum) {
  for (ScoredPiece& scored : row) {
    scored.log_probability = log_probability(scored.log_probability, log_sum);
  }
  std::erase_if(row, [](const ScoredPiece& s) { return !std::isfinite(s.log_probability); });
}

double finite_or_never(double value) {
  return std::isfinite(value) ? value : -std::numeric_limits<double>::infinity();
}

}  // namespace

BestPieces best_pieces(const torch::Tensor& logits, int64_t count, int64_t eos_id,
                       std::span<const int64_t> forbidden) {
  torch::Tensor scores = logits.to(torch::kFloat32);
  const torch::Tensor log_sums = scores.logsumexp(1).cpu();
  const torch::Tensor eos_logits = scores.select(1, eos_id).contiguous().cpu();
  if (!forbidden.empty()) scores = scores.clone();
  for (const int64_t piece : forbidden) {
    scores.select(1, piece).fill_(-std::numeric_limits<float>::infinity());
  }

  BestPieces best;
  best.rows = scores.is_cpu() ? largest_on_cpu(scores, count) : largest_on_device(scores, count);
  const auto log_sum = log_sums.accessor<float, 1>();
  const auto eos_logit = eos_logits.accessor<float, 1>();
  for (size_t r = 0; r < best.rows.size(); ++r) {
    normalize(best.rows[r], log_sum[r]);
    best.eos.push_back(finite_or_never(log_probability(eos_logit[r], log_sum[r])));
  }
  return best;
}

}  // namespace nmt::decode
