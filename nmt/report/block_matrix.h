// Down-sampling of heat maps: rows x records becomes rows x blocks of records, while reading.
//
// Whoever reads a log does not know how long it is. A BlockClock therefore begins with one record a
// block and, whenever the blocks exceed their limit, doubles the length of a block; the matrices
// that go with it merge their columns in pairs. A run of any length so ends with at least half of
// the limit, and no more than the limit.

#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace nmt::report {

/// How the values of a row in one block become one. NaN stands for no value and counts only where
/// there is nothing else.
enum class Merge { kMean, kMinimum, kMaximum };

/// Rows x blocks.
class BlockMatrix {
 public:
  explicit BlockMatrix(Merge merge) : merge_(merge) {}

  /// Adds the values of one record, a row each, to block `block`, which is the last or the next
  /// one. A longer record than before adds rows, without values in earlier blocks.
  void add(size_t block, const std::vector<double>& values);

  /// Merges blocks 2i and 2i + 1 into block i.
  void halve();

  size_t rows() const { return rows_; }
  /// The value of a row in a block; NaN where there is none.
  float at(size_t row, size_t block) const;

 private:
  struct Cell {
    float value = 0;  // The sum, for a mean.
    float count = 0;
  };

  void merge_into(Cell& cell, const Cell& other) const;

  Merge merge_;
  size_t rows_ = 0;
  std::vector<std::vector<Cell>> blocks_;
};

/// Which block a record belongs to.
class BlockClock {
 public:
  /// `limit`: at most so many blocks; at least 2.
  explicit BlockClock(size_t limit);

  /// Takes a record of update `update`. True if every matrix must be halved before it is added.
  bool advance(int64_t update);

  /// The block of the last record.
  size_t block() const { return first_updates_.size() - 1; }
  size_t blocks() const { return first_updates_.size(); }
  /// The update of a block's first and last record.
  int64_t first_update(size_t block) const { return first_updates_[block]; }
  int64_t last_update(size_t block) const { return last_updates_[block]; }

  /// The last block whose records are all of update `update` or before; blocks() if there is none.
  size_t block_until(int64_t update) const;

 private:
  size_t limit_;
  size_t records_in_block_ = 1;
  size_t records_ = 0;
  std::vector<int64_t> first_updates_, last_updates_;
};

}  // namespace nmt::report
