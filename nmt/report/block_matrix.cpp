#include "nmt/report/block_matrix.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace nmt::report {

void BlockMatrix::merge_into(Cell& cell, const Cell& other) const {
  if (other.count == 0) return;
  if (cell.count == 0) {
    cell = other;
    return;
  }
  cell.count += other.count;
  switch (merge_) {
    case Merge::kMean:
      cell.value += other.value;
      break;
    case Merge::kMinimum:
      cell.value = std::min(cell.value, other.value);
      break;
    case Merge::kMaximum:
      cell.value = std::max(cell.value, other.value);
      break;
  }
}

void BlockMatrix::add(size_t block, const std::vector<double>& values) {
  if (blocks_.size() <= block) blocks_.resize(block + 1);
  rows_ = std::max(rows_, values.size());
  std::vector<Cell>& cells = blocks_[block];
  if (cells.size() < values.size()) cells.resize(values.size());
  for (size_t row = 0; row < values.size(); ++row) {
    if (std::isnan(values[row])) continue;
    merge_into(cells[row], {static_cast<float>(values[row]), 1.0f});
  }
}

void BlockMatrix::halve() {
  for (size_t block = 0; block < blocks_.size(); ++block) {
    if (block % 2 == 0) {
      if (block > 0) blocks_[block / 2] = std::move(blocks_[block]);
      continue;
    }
    std::vector<Cell>& target = blocks_[block / 2];
    const std::vector<Cell>& source = blocks_[block];
    if (target.size() < source.size()) target.resize(source.size());
    for (size_t row = 0; row < source.size(); ++row) merge_into(target[row], source[row]);
  }
  blocks_.resize((blocks_.size() + 1) / 2);
}

float BlockMatrix::at(size_t row, size_t block) const {
  if (block >= blocks_.size() || row >= blocks_[block].size() || blocks_[block][row].count == 0) {
    return std::numeric_limits<float>::quiet_NaN();
  }
  const Cell& cell = blocks_[block][row];
  return merge_ == Merge::kMean ? cell.value / cell.count : cell.value;
}

BlockClock::BlockClock(size_t limit) : limit_(std::max<size_t>(2, limit)) {}

bool BlockClock::advance(int64_t update) {
  const bool opens = records_ % records_in_block_ == 0;
  bool halved = false;
  if (opens && blocks() == limit_) {
    for (size_t block = 0; block < blocks(); ++block) {
      last_updates_[block / 2] = last_updates_[block];
      if (block % 2 == 0) first_updates_[block / 2] = first_updates_[block];
    }
    first_updates_.resize((limit_ + 1) / 2);
    last_updates_.resize((limit_ + 1) / 2);
    records_in_block_ *= 2;
    halved = true;
  }
  if (records_ % records_in_block_ == 0) {
    first_updates_.push_back(update);
    last_updates_.push_back(update);
  } else {
    last_updates_.back() = update;
  }
  ++records_;
  return halved;
}

size_t BlockClock::block_until(int64_t update) const {
  const auto after = std::ranges::upper_bound(last_updates_, update);
  return after == last_updates_.begin() ? blocks()
                                        : static_cast<size_t>(after - last_updates_.begin()) - 1;
}

}  // namespace nmt::report
