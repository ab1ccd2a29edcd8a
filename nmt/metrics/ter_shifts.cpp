#include "nmt/metrics/ter_shifts.h"

#include <algorithm>
#include <cstdlib>

namespace nmt::metrics {
namespace {

constexpr size_t kLongestPhrase = 10;
constexpr int64_t kFarthest = 50;
constexpr int kMostTried = 1000;

bool has_error(const std::vector<int>& errors_before, size_t start, size_t length) {
  return errors_before[start + length] > errors_before[start];
}

}  // namespace

int TerShifts::edits(std::span<const uint32_t> hypothesis, std::span<const uint32_t> reference) {
  if (reference.empty()) return static_cast<int>(hypothesis.size());
  words_.assign(hypothesis.begin(), hypothesis.end());
  distance_.start(hypothesis.size(), reference);
  tried_ = 0;
  int distance = distance_.base(words_);
  for (int shifts = 0;; ++shifts) {
    // Without errors there is nothing to move.
    if (distance == 0) return shifts;
    align();
    const Shift shift = best_shift(reference, distance);
    if (tried_ >= kMostTried || shift.gain <= 0) return shifts + distance;
    apply(shift.start, shift.length, shift.target, variant_);
    words_.swap(variant_);
    distance = distance_.base(words_);
  }
}

void TerShifts::align() {
  Alignment& a = alignment_;
  a.targets.clear();
  a.hypothesis_errors.assign(1, 0);
  a.reference_errors.assign(1, 0);
  int hypothesis_word = -1;
  for (const Edit edit : distance_.edits()) {
    const int error = edit == Edit::kMatch ? 0 : 1;
    if (edit != Edit::kInsertion) {
      ++hypothesis_word;
      a.hypothesis_errors.push_back(a.hypothesis_errors.back() + error);
    }
    if (edit != Edit::kDeletion) {
      a.targets.push_back(hypothesis_word);
      a.reference_errors.push_back(a.reference_errors.back() + error);
    }
  }
}

TerShifts::Shift TerShifts::best_shift(std::span<const uint32_t> reference, int distance) {
  Shift best;
  const auto words = static_cast<int64_t>(words_.size());
  const auto reference_words = static_cast<int64_t>(reference.size());
  for (int64_t h = 0; h < words; ++h) {
    const int64_t end = std::min(reference_words, h + kFarthest + 1);
    for (int64_t r = std::max<int64_t>(0, h - kFarthest); r < end; ++r) {
      for (size_t length = 1; length <= kLongestPhrase; ++length) {
        const int64_t last = static_cast<int64_t>(length) - 1;
        if (h + last >= words || r + last >= reference_words) break;
        if (words_[h + last] != reference[r + last]) break;
        if (!has_error(alignment_.hypothesis_errors, h, length)) continue;
        if (!has_error(alignment_.reference_errors, r, length)) continue;
        const int64_t target = alignment_.targets[r];
        if (h <= target && target <= h + last) continue;
        try_targets(h, r, length, distance, best);
        if (tried_ >= kMostTried) return best;
      }
    }
  }
  return best;
}

void TerShifts::try_targets(size_t start, size_t reference_start, size_t length, int distance,
                            Shift& best) {
  int64_t previous = -1;
  for (size_t offset = 0; offset <= length; ++offset) {
    const size_t behind = reference_start + offset;  // The reference word before it leads the way.
    const int64_t target = behind == 0 ? 0 : alignment_.targets[behind - 1] + 1;
    if (target == previous) continue;
    previous = target;
    ++tried_;
    apply(start, length, target, variant_);
    const size_t same = std::min<size_t>(start, target);
    // Phrases are tried from the first to the last, so of equal gains only a longer one can win, or
    // an earlier target of the same phrase.
    const int enough = std::max(best.gain, 1);
    const int gain = distance - distance_.distance_from(variant_, same, distance - enough);
    if (gain < enough) continue;
    const bool wins =
        gain > best.gain || length > best.length ||
        (length == best.length && start == best.start && static_cast<size_t>(target) < best.target);
    if (wins) best = {gain, start, length, static_cast<size_t>(target)};
  }
}

void TerShifts::apply(size_t start, size_t length, size_t target,
                      std::vector<uint32_t>& result) const {
  const size_t end = start + length;
  size_t middle_end = target;  // The words between the phrase and its target end here.
  if (target >= start && target <= end) middle_end = std::min(target + length, words_.size());
  result.assign(words_.begin(), words_.end());
  if (target < start) {
    std::rotate(result.begin() + target, result.begin() + start, result.begin() + end);
  } else {
    std::rotate(result.begin() + start, result.begin() + end, result.begin() + middle_end);
  }
}

}  // namespace nmt::metrics
