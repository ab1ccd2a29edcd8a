#include "nmt/metrics/symbol_table.h"

#include <algorithm>
#include <cstring>

namespace nmt::metrics {
namespace {

constexpr size_t kFirstSlots = 256;
constexpr uint64_t kMultiplier = 0x9E3779B97F4A7C15;  // 2^64 divided by the golden ratio, odd.

uint64_t mix(uint64_t hash, uint64_t block) {
  hash = (hash ^ block) * kMultiplier;
  return hash ^ (hash >> 29);
}

template <class Block>
uint64_t load(const char* bytes) {
  Block block;
  std::memcpy(&block, bytes, sizeof block);
  return block;
}

// Of a word of at most 8 bytes, all of them; loads of a fixed size are much faster than a copy.
uint64_t short_block(std::string_view word) {
  const size_t size = word.size();
  if (size == 8) return load<uint64_t>(word.data());
  if (size >= 4) {
    return load<uint32_t>(word.data()) << 32 | load<uint32_t>(word.data() + size - 4);
  }
  if (size >= 2) {
    return load<uint16_t>(word.data()) << 16 | load<uint16_t>(word.data() + size - 2);
  }
  return size == 1 ? static_cast<unsigned char>(word[0]) : 0;
}

uint64_t hash_of(std::string_view word) {
  uint64_t hash = word.size();
  for (; word.size() > 8; word.remove_prefix(8)) hash = mix(hash, load<uint64_t>(word.data()));
  return mix(hash, short_block(word));
}

}  // namespace

SymbolTable::SymbolTable() : slots_(kFirstSlots, 0) {}

void SymbolTable::clear() {
  const size_t mask = slots_.size() - 1;
  if (words_.size() * 8 > slots_.size()) {
    std::fill(slots_.begin(), slots_.end(), 0);
  } else {
    // Every filled slot lies in the unbroken run that starts at its word's hash.
    for (const Word& word : words_) {
      for (size_t slot = word.hash & mask; slots_[slot] != 0; slot = (slot + 1) & mask) {
        slots_[slot] = 0;
      }
    }
  }
  words_.clear();
}

size_t SymbolTable::find_slot(std::string_view word, uint64_t hash) const {
  const size_t mask = slots_.size() - 1;
  size_t slot = hash & mask;
  while (slots_[slot] != 0) {
    const Word& other = words_[slots_[slot] - 1];
    if (other.hash == hash && other.text == word) break;
    slot = (slot + 1) & mask;
  }
  return slot;
}

uint32_t SymbolTable::id(std::string_view word) {
  const uint64_t hash = hash_of(word);
  const size_t slot = find_slot(word, hash);
  if (slots_[slot] != 0) return slots_[slot] - 1;
  words_.push_back({word, hash});
  slots_[slot] = static_cast<uint32_t>(words_.size());
  if (words_.size() * 2 > slots_.size()) grow();
  return static_cast<uint32_t>(words_.size() - 1);
}

void SymbolTable::grow() {
  std::vector<uint32_t> slots(slots_.size() * 4, 0);
  const size_t mask = slots.size() - 1;
  for (size_t index = 0; index < words_.size(); ++index) {
    size_t slot = words_[index].hash & mask;
    while (slots[slot] != 0) slot = (slot + 1) & mask;
    slots[slot] = static_cast<uint32_t>(index + 1);
  }
  slots_ = std::move(slots);
}

}  // namespace nmt::metrics
