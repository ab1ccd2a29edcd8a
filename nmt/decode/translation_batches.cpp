#include "nmt/decode/translation_batches.h"

#include <algorithm>
#include <numeric>

namespace nmt::decode {

std::vector<std::vector<size_t>> translation_batches(std::span<const int64_t> lengths,
                                                     int64_t max_tokens) {
  std::vector<size_t> order(lengths.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return lengths[a] > lengths[b]; });

  std::vector<std::vector<size_t>> batches;
  for (const size_t index : order) {
    if (lengths[index] == 0) break;
    const bool fits = !batches.empty() && std::ssize(batches.back()) + 1 <=
                                              max_tokens / lengths[batches.back().front()];
    if (!fits) batches.emplace_back();
    batches.back().push_back(index);
  }
  return batches;
}

}  // namespace nmt::decode
