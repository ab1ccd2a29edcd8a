// Two searches to compare with, written from the definitions alone: one sentence at a time, plain
// vectors, every probability computed anew from the whole prefix, in float64.

#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>
#include <vector>

#include "tests/nmt/decode/random_step_model.h"

namespace nmt::decode::testing {

struct NaiveOptions {
  size_t beam_size;
  size_t n_best;
  double alpha;
  size_t max_length;  ///< `</s>` counted.
  int64_t eos;
  Pieces forbidden;
};

struct NaiveHypothesis {
  Pieces pieces;
  double log_probability;
  double score;
};

inline std::vector<double> log_probabilities(const RandomTable& table, int64_t sentence,
                                             const Pieces& prefix, const Pieces& forbidden) {
  const std::vector<float> logits = table.logits(sentence, prefix);
  double sum = 0.0;
  for (const float logit : logits) sum += std::exp(static_cast<double>(logit));
  std::vector<double> result;
  for (const float logit : logits) result.push_back(logit - std::log(sum));
  for (const int64_t piece : forbidden) result[piece] = -std::numeric_limits<double>::infinity();
  return result;
}

inline double naive_score(double log_probability, size_t length, double alpha) {
  return log_probability / std::pow(static_cast<double>(length), alpha);
}

/// Every hypothesis within the length limit, best first.
inline std::vector<NaiveHypothesis> brute_force(const RandomTable& table, int64_t sentence,
                                                const NaiveOptions& options) {
  std::vector<NaiveHypothesis> all;
  std::vector<std::pair<Pieces, double>> prefixes = {{{}, 0.0}};
  while (!prefixes.empty()) {
    const auto [prefix, log_p] = prefixes.back();
    prefixes.pop_back();
    const auto next = log_probabilities(table, sentence, prefix, options.forbidden);
    const double total = log_p + next[options.eos];
    all.push_back({prefix, total, naive_score(total, prefix.size() + 1, options.alpha)});
    if (prefix.size() + 1 == options.max_length) continue;
    for (int64_t piece = 0; piece < table.vocabulary; ++piece) {
      if (piece == options.eos || std::isinf(next[piece])) continue;
      Pieces longer = prefix;
      longer.push_back(piece);
      prefixes.emplace_back(longer, log_p + next[piece]);
    }
  }
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.score > b.score; });
  return all;
}

/// The best score that a prefix of `length` pieces can reach, over every finished length.
inline double best_reachable(double log_probability, size_t length, const NaiveOptions& options) {
  double best = -std::numeric_limits<double>::infinity();
  for (size_t finished = length + 1; finished <= options.max_length; ++finished) {
    best = std::max(best, naive_score(log_probability, finished, options.alpha));
  }
  return best;
}

/// The rules of sentence_beam.h.
inline std::vector<NaiveHypothesis> naive_beam_search(const RandomTable& table, int64_t sentence,
                                                      const NaiveOptions& options) {
  std::vector<NaiveHypothesis> finished;
  std::vector<std::pair<double, Pieces>> live = {{0.0, {}}};
  for (size_t length = 1; length <= options.max_length && !live.empty(); ++length) {
    std::vector<std::tuple<double, size_t, int64_t>> extensions;  // −log P, parent, piece
    for (size_t parent = 0; parent < live.size(); ++parent) {
      const auto next = log_probabilities(table, sentence, live[parent].second, options.forbidden);
      for (int64_t piece = 0; piece < table.vocabulary; ++piece) {
        if (length == options.max_length && piece != options.eos) continue;
        if (std::isinf(next[piece])) continue;
        extensions.emplace_back(-(live[parent].first + next[piece]), parent, piece);
      }
    }
    std::sort(extensions.begin(), extensions.end());
    if (extensions.size() > options.beam_size) extensions.resize(options.beam_size);

    std::vector<std::pair<double, Pieces>> longer;
    for (const auto& [cost, parent, piece] : extensions) {
      Pieces pieces = live[parent].second;
      if (piece == options.eos) {
        finished.push_back({pieces, -cost, naive_score(-cost, length, options.alpha)});
      } else {
        pieces.push_back(piece);
        longer.emplace_back(-cost, pieces);
      }
    }
    std::stable_sort(finished.begin(), finished.end(),
                     [](const auto& a, const auto& b) { return a.score > b.score; });
    if (finished.size() > options.n_best) finished.resize(options.n_best);

    live.clear();
    for (const auto& prefix : longer) {
      const bool hopeful = finished.size() < options.n_best ||
                           best_reachable(prefix.first, length, options) > finished.back().score;
      if (hopeful) live.push_back(prefix);
    }
  }
  return finished;
}

}  // namespace nmt::decode::testing
