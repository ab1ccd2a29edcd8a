#include "data/compact_sentences.h"

#include <limits>
#include <stdexcept>

namespace nmt::data {
namespace {

constexpr int64_t kBlockSize = 65536;

template <class T>
int64_t capacity_bytes(const std::vector<T>& items) {
  return static_cast<int64_t>(items.capacity() * sizeof(T));
}

}  // namespace

void CompactSentences::push_back(std::span<const int32_t> ids) {
  if (size_ % kBlockSize == 0) {
    if (!blocks_.empty()) shrink();
    blocks_.emplace_back();
  }
  Block& block = blocks_.back();
  const uint64_t end = block.starts.back() + static_cast<uint64_t>(ids.size());
  if (end > std::numeric_limits<uint32_t>::max()) {
    throw std::length_error("CompactSentences: 65,536 sequences hold more than 2^32 ids");
  }
  if (wide_) {
    block.wide.insert(block.wide.end(), ids.begin(), ids.end());
  } else {
    block.narrow.insert(block.narrow.end(), ids.begin(), ids.end());
  }
  block.starts.push_back(static_cast<uint32_t>(end));
  ++size_;
  pieces_ += static_cast<int64_t>(ids.size());
}

void CompactSentences::shrink() {
  if (blocks_.empty()) return;
  Block& block = blocks_.back();
  block.starts.shrink_to_fit();
  block.narrow.shrink_to_fit();
  block.wide.shrink_to_fit();
}

int64_t CompactSentences::length(int64_t index) const {
  const Block& block = blocks_[static_cast<size_t>(index / kBlockSize)];
  const auto place = static_cast<size_t>(index % kBlockSize);
  return block.starts[place + 1] - block.starts[place];
}

std::vector<int32_t> CompactSentences::at(int64_t index) const {
  const Block& block = blocks_.at(static_cast<size_t>(index / kBlockSize));
  const auto place = static_cast<size_t>(index % kBlockSize);
  const auto begin = block.starts[place];
  const auto end = block.starts.at(place + 1);
  if (wide_) return {block.wide.begin() + begin, block.wide.begin() + end};
  return {block.narrow.begin() + begin, block.narrow.begin() + end};
}

int64_t CompactSentences::memory_bytes() const {
  int64_t bytes = capacity_bytes(blocks_);
  for (const Block& block : blocks_) {
    bytes +=
        capacity_bytes(block.starts) + capacity_bytes(block.narrow) + capacity_bytes(block.wide);
  }
  return bytes;
}

}  // namespace nmt::data
