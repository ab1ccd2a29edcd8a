#include "nmt/decode/sentence_beam.h"

#include <algorithm>
#include <cmath>

namespace nmt::decode {
namespace {

struct Extension {
  double log_probability;
  int64_t parent;
  int64_t piece;

  bool operator<(const Extension& other) const {
    if (log_probability != other.log_probability) return log_probability > other.log_probability;
    return parent != other.parent ? parent < other.parent : piece < other.piece;
  }
};

/// The `count` best extensions of all prefixes, best first.
std::vector<Extension> best_extensions(const std::vector<Prefix>& live,
                                       std::span<const std::vector<ScoredPiece>> next,
                                       int64_t count) {
  std::vector<Extension> extensions;
  for (size_t parent = 0; parent < live.size(); ++parent) {
    for (const ScoredPiece& scored : next[parent]) {
      extensions.push_back({live[parent].log_probability + scored.log_probability,
                            static_cast<int64_t>(parent), scored.piece});
    }
  }
  const size_t kept = std::min(extensions.size(), static_cast<size_t>(count));
  std::partial_sort(extensions.begin(), extensions.begin() + kept, extensions.end());
  extensions.resize(kept);
  return extensions;
}

Prefix extend(const Prefix& prefix, const Extension& extension) {
  Prefix longer{.log_probability = extension.log_probability, .parent = extension.parent};
  longer.pieces.reserve(prefix.pieces.size() + 1);
  longer.pieces = prefix.pieces;
  longer.pieces.push_back(extension.piece);
  return longer;
}

}  // namespace

SentenceBeam::SentenceBeam(const SentenceBeamOptions& options)
    : options_(options), live_{Prefix{}} {}

void SentenceBeam::advance(std::span<const std::vector<ScoredPiece>> next,
                           std::span<const double> eos) {
  if (length_ + 1 == options_.max_length) return close_all(next, eos);
  std::vector<Prefix> longer;
  for (const Extension& extension : best_extensions(live_, next, options_.beam_size)) {
    const Prefix& prefix = live_[extension.parent];
    if (extension.piece == options_.eos_id) {
      finish(prefix, extension.log_probability, /*cut=*/false);
    } else {
      longer.push_back(extend(prefix, extension));
    }
  }
  live_ = std::move(longer);
  ++length_;
  drop_hopeless();
}

void SentenceBeam::close_all(std::span<const std::vector<ScoredPiece>> next,
                             std::span<const double> eos) {
  for (size_t i = 0; i < live_.size(); ++i) {
    const double log_probability = live_[i].log_probability + eos[i];
    const bool cut = next[i].empty() || next[i].front().piece != options_.eos_id;
    if (std::isfinite(log_probability)) finish(live_[i], log_probability, cut);
  }
  live_.clear();
}

void SentenceBeam::finish(const Prefix& prefix, double log_probability, bool cut) {
  const double score = options_.length_penalty.score(log_probability, length_ + 1);
  const auto place =
      std::upper_bound(finished_.begin(), finished_.end(), score,
                       [](double value, const Hypothesis& kept) { return value > kept.score; });
  finished_.insert(place, Hypothesis{prefix.pieces, log_probability, score, cut});
  if (std::ssize(finished_) > options_.n_best) finished_.pop_back();
}

void SentenceBeam::drop_hopeless() {
  if (std::ssize(finished_) < options_.n_best) return;
  const double bar = finished_.back().score;
  std::erase_if(live_, [&](const Prefix& prefix) {
    return options_.length_penalty.bound(prefix.log_probability, length_ + 1,
                                         options_.max_length) <= bar;
  });
}

}  // namespace nmt::decode
