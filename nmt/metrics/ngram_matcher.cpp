#include "nmt/metrics/ngram_matcher.h"

#include <algorithm>
#include <bit>

namespace nmt::metrics {
namespace {

const SymbolText& text_number(const SymbolText& hypothesis, std::span<const SymbolText> references,
                              size_t number) {
  return number == 0 ? hypothesis : references[number - 1];
}

using Keys = std::vector<uint64_t>::iterator;

void sort_short(Keys begin, Keys end) {
  constexpr int kShort = 20;
  if (end - begin > kShort) {
    std::sort(begin, end);
    return;
  }
  for (Keys next = begin; next != end; ++next) {
    const uint64_t key = *next;
    Keys hole = next;
    for (; hole != begin && *(hole - 1) > key; --hole) *hole = *(hole - 1);
    *hole = key;
  }
}

constexpr int kLanes = 8;
constexpr size_t kMostInLane = 1 << 15;
using Lanes = int16_t __attribute__((vector_size(16)));

// -1 in the lanes of all orders from this one on, counted from 0.
constexpr Lanes kFromOrder[kLanes + 1] = {
    {-1, -1, -1, -1, -1, -1, -1, -1}, {0, -1, -1, -1, -1, -1, -1, -1},
    {0, 0, -1, -1, -1, -1, -1, -1},   {0, 0, 0, -1, -1, -1, -1, -1},
    {0, 0, 0, 0, -1, -1, -1, -1},     {0, 0, 0, 0, 0, -1, -1, -1},
    {0, 0, 0, 0, 0, 0, -1, -1},       {0, 0, 0, 0, 0, 0, 0, -1},
    {0, 0, 0, 0, 0, 0, 0, 0}};

}  // namespace

NgramMatcher::NgramMatcher(int max_order) : max_order_(max_order) {}

void NgramMatcher::match(const SymbolText& hypothesis, std::span<const SymbolText> references,
                         size_t symbols, std::span<double> matched) {
  const int symbol_bits =
      std::max<int>(std::bit_width(symbols), 1);  // Number 0 is kept for the end of a text.
  const int text_bits = std::bit_width(references.size());
  if (max_order_ * symbol_bits + text_bits <= 64) {
    match_packed(hypothesis, references, symbols, symbol_bits, text_bits, matched);
  } else {
    match_order_by_order(hypothesis, references, matched);
  }
}

void NgramMatcher::match_packed(const SymbolText& hypothesis,
                                std::span<const SymbolText> references, size_t symbols,
                                int symbol_bits, int text_bits, std::span<double> matched) {
  keys_.clear();
  append_keys(hypothesis, 0, symbol_bits, text_bits);
  for (size_t k = 0; k < references.size(); ++k) {
    append_keys(references[k], k + 1, symbol_bits, text_bits);
  }
  sort_keys(symbols, symbol_bits * (max_order_ - 1) + text_bits);
  if (references.size() == 1 && max_order_ <= kLanes && keys_.size() < kMostInLane) {
    count_packed_pair(symbol_bits, matched);
  } else {
    count_packed(references.size(), symbol_bits, text_bits, matched);
  }
}

// By the first symbol into buckets, which are short, then each by what follows.
void NgramMatcher::sort_keys(size_t symbols, int shift) {
  if (symbols > keys_.size()) {
    std::sort(keys_.begin(), keys_.end());
    return;
  }
  bucket_ends_.assign(symbols + 2, 0);
  for (const uint64_t key : keys_) ++bucket_ends_[(key >> shift) + 1];
  for (size_t b = 1; b < bucket_ends_.size(); ++b) bucket_ends_[b] += bucket_ends_[b - 1];
  buckets_.resize(keys_.size());
  for (const uint64_t key : keys_) buckets_[bucket_ends_[key >> shift]++] = key;
  auto begin = buckets_.begin();
  for (size_t b = 1; b <= symbols; ++b) {
    const auto end = buckets_.begin() + bucket_ends_[b];
    sort_short(begin, end);
    begin = end;
  }
  keys_.swap(buckets_);
}

void NgramMatcher::append_keys(const SymbolText& text, uint64_t text_number, int symbol_bits,
                               int text_bits) {
  const int top = symbol_bits * (max_order_ - 1);
  const size_t start = keys_.size();
  keys_.resize(start + text.size());
  uint64_t window = 0;
  for (size_t i = text.size(); i-- > 0;) {
    window = window >> symbol_bits | uint64_t{text[i] + 1} << top;
    keys_[start + i] = window << text_bits | text_number;
  }
}

void NgramMatcher::count_packed(size_t reference_count, int symbol_bits, int text_bits,
                                std::span<double> matched) {
  const size_t texts = reference_count + 1;
  const uint64_t text_mask = (uint64_t{1} << text_bits) - 1;
  const int key_bits = max_order_ * symbol_bits;
  counts_.assign(texts, 0);
  run_starts_.assign(texts * max_order_, 0);
  std::fill(matched.begin(), matched.end(), 0.0);

  uint64_t previous = 0;
  const auto end_runs = [&](int from_order) {  // Orders from_order + 1 to N.
    // Behind the end of the text there are no n-grams.
    const int longest = max_order_ - std::countr_zero(previous) / symbol_bits;
    for (int n = from_order; n < max_order_; ++n) {
      size_t* starts = &run_starts_[n * texts];
      if (n < longest) {
        size_t most = 0;
        for (size_t k = 1; k < texts; ++k) most = std::max(most, counts_[k] - starts[k]);
        matched[n] += static_cast<double>(std::min(most, counts_[0] - starts[0]));
      }
      std::copy(counts_.begin(), counts_.end(), starts);
    }
  };

  for (const uint64_t key : keys_) {
    const uint64_t window = key >> text_bits;
    if (window != previous) {
      const int first_difference = std::bit_width(window ^ previous);
      end_runs((key_bits - first_difference) / symbol_bits);
      previous = window;
    }
    ++counts_[key & text_mask];
  }
  end_runs(0);
}

// count_packed() for one reference, which is most of the work of a program: one bit tells the texts
// apart, and all orders are counted at once, each in a lane.
void NgramMatcher::count_packed_pair(int symbol_bits, std::span<double> matched) {
  divide_by(symbol_bits);
  const int key_bits = max_order_ * symbol_bits;
  Lanes hypothesis_starts{}, reference_starts{}, sums{};  // A lane for each order.
  int16_t hypothesis = 0, reference = 0;
  uint64_t previous = 0;
  const auto end_runs = [&](int from_order) {
    const int longest = std::max(0, max_order_ - quotients_[std::countr_zero(previous)]);
    const Lanes ending = kFromOrder[from_order];
    const Lanes ours = hypothesis - hypothesis_starts;
    const Lanes theirs = reference - reference_starts;
    sums += (ours < theirs ? ours : theirs) & ending & ~kFromOrder[longest];
    hypothesis_starts = ending ? Lanes{} + hypothesis : hypothesis_starts;
    reference_starts = ending ? Lanes{} + reference : reference_starts;
  };
  for (const uint64_t key : keys_) {
    const uint64_t window = key >> 1;
    if (window != previous) {
      end_runs(quotients_[key_bits - std::bit_width(window ^ previous)]);
      previous = window;
    }
    const int16_t of_reference = key & 1;
    reference += of_reference;
    hypothesis += 1 - of_reference;
  }
  end_runs(0);
  for (int n = 0; n < max_order_; ++n) matched[n] = sums[n];
}

// Two divisions a key would be a tenth of the time.
void NgramMatcher::divide_by(int symbol_bits) {
  if (symbol_bits == divisor_) return;
  divisor_ = symbol_bits;
  for (size_t i = 0; i < quotients_.size(); ++i) quotients_[i] = static_cast<int>(i) / symbol_bits;
}

void NgramMatcher::match_order_by_order(const SymbolText& hypothesis,
                                        std::span<const SymbolText> references,
                                        std::span<double> matched) {
  const size_t texts = references.size() + 1;
  size_t total = 0;
  for (size_t t = 0; t < texts; ++t) total += text_number(hypothesis, references, t).size();
  classes_.assign(total, 0);
  for (int n = 1; n <= max_order_; ++n) {
    positions_.clear();
    uint32_t index = 0;
    for (size_t t = 0; t < texts; ++t) {
      const SymbolText& text = text_number(hypothesis, references, t);
      for (size_t i = 0; i < text.size(); ++i, ++index) {
        if (i + n > text.size()) continue;
        const uint64_t key = uint64_t{classes_[index]} << 32 | text[i + n - 1];
        positions_.push_back({key, static_cast<uint32_t>(t), index});
      }
    }
    matched[n - 1] = count_order(references.size());
  }
}

double NgramMatcher::count_order(size_t reference_count) {
  std::sort(positions_.begin(), positions_.end(),
            [](const Position& a, const Position& b) { return a.key < b.key; });
  double matched = 0.0;
  uint32_t class_number = 0;
  for (size_t start = 0; start < positions_.size(); ++class_number) {
    counts_.assign(reference_count + 1, 0);
    size_t end = start;
    for (; end < positions_.size() && positions_[end].key == positions_[start].key; ++end) {
      ++counts_[positions_[end].text];
      classes_[positions_[end].index] = class_number;
    }
    const size_t most = *std::max_element(counts_.begin() + 1, counts_.end());
    matched += static_cast<double>(std::min(counts_[0], most));
    start = end;
  }
  return matched;
}

}  // namespace nmt::metrics
