// CompactSentences: many id sequences in few bytes.
//
// Ids take 2 bytes where all are below 65,536 and 4 otherwise; each sequence costs 4 bytes more.
// They lie in blocks of 65,536 sequences, so that growing copies at most one block.

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace nmt::data {

class CompactSentences {
 public:
  /// For ids 0..vocab_size−1.
  explicit CompactSentences(int64_t vocab_size) : wide_(vocab_size > 65536) {}

  /// Throws std::length_error if the ids of one block would pass 2^32.
  void push_back(std::span<const int32_t> ids);

  /// Gives back memory reserved for growth; call after the last push_back.
  void shrink();

  int64_t size() const { return size_; }
  int64_t length(int64_t index) const;
  std::vector<int32_t> at(int64_t index) const;

  /// Ids of all sequences together.
  int64_t pieces() const { return pieces_; }

  int64_t memory_bytes() const;

 private:
  // starts[i]..starts[i+1]: sequence i in `narrow` or `wide`, whichever is in use.
  struct Block {
    std::vector<uint32_t> starts = {0};
    std::vector<uint16_t> narrow;
    std::vector<int32_t> wide;
  };

  bool wide_;
  int64_t size_ = 0;
  int64_t pieces_ = 0;
  std::vector<Block> blocks_;
};

}  // namespace nmt::data
