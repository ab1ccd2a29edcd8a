#include "nmt/metrics/beam_edit_distance.h"

#include <algorithm>
#include <cmath>

namespace nmt::metrics {
namespace {

constexpr int kBeamWidth = 25;
constexpr int kUnreached = 1 << 29;

}  // namespace

void BeamEditDistance::start(size_t hypothesis_words, std::span<const uint32_t> reference) {
  hypothesis_words_ = hypothesis_words;
  reference_ = reference;
  columns_ = reference.size() + 1;
  rows_.resize((hypothesis_words + 1) * columns_);
  scratch_.resize(2 * columns_);
  for (size_t j = 0; j < columns_; ++j) rows_[j] = static_cast<int>(j);
  choose_beam();
}

void BeamEditDistance::choose_beam() {
  beam_starts_.assign(hypothesis_words_ + 1, 0);
  beam_ends_.assign(hypothesis_words_ + 1, columns_);
  if (hypothesis_words_ == 0) return;
  const double ratio = static_cast<double>(reference_.size()) / hypothesis_words_;
  const int width =
      kBeamWidth < ratio / 2 ? static_cast<int>(std::ceil(ratio / 2 + kBeamWidth)) : kBeamWidth;
  for (size_t i = 1; i <= hypothesis_words_; ++i) {
    const auto diagonal = static_cast<int64_t>(std::floor(static_cast<double>(i) * ratio));
    beam_starts_[i] = std::max<int64_t>(0, diagonal - width);
    beam_ends_[i] = std::min<int64_t>(columns_, diagonal + width);
  }
  beam_ends_[hypothesis_words_] = columns_;
}

int BeamEditDistance::fill_row(size_t index, uint32_t word, const int* before, int* row) const {
  const size_t first = beam_starts_[index];
  const size_t end = beam_ends_[index];
  std::fill(row, row + first, kUnreached);
  int smallest = kUnreached;
  int left = kUnreached;
  for (size_t j = first; j < end; ++j) {
    int cost = before[j] + 1;
    if (j > 0) {
      cost = std::min(cost, before[j - 1] + (reference_[j - 1] != word));
      cost = std::min(cost, left + 1);
    }
    // A cell that no path reaches stays what it is, whatever is added.
    left = row[j] = std::min(cost, kUnreached);
    smallest = std::min(smallest, left);
  }
  std::fill(row + end, row + columns_, kUnreached);
  return smallest;
}

int BeamEditDistance::base(std::span<const uint32_t> hypothesis) {
  hypothesis_.assign(hypothesis.begin(), hypothesis.end());
  for (size_t i = 1; i <= hypothesis_words_; ++i) {
    fill_row(i, hypothesis[i - 1], &rows_[(i - 1) * columns_], &rows_[i * columns_]);
  }
  return rows_[hypothesis_words_ * columns_ + columns_ - 1];
}

std::vector<Edit> BeamEditDistance::edits() const {
  std::vector<Edit> edits;
  size_t i = hypothesis_words_;
  size_t j = columns_ - 1;
  while (i > 0 || j > 0) {
    const int cost = rows_[i * columns_ + j];
    Edit edit = Edit::kInsertion;
    if (i > 0 && j > 0) {
      const bool same = hypothesis_[i - 1] == reference_[j - 1];
      if (rows_[(i - 1) * columns_ + j - 1] + !same == cost) {
        edit = same ? Edit::kMatch : Edit::kSubstitution;
      } else if (rows_[(i - 1) * columns_ + j] + 1 == cost) {
        edit = Edit::kDeletion;
      }
    } else if (i > 0) {
      edit = Edit::kDeletion;
    }
    if (edit != Edit::kInsertion) --i;
    if (edit != Edit::kDeletion) --j;
    edits.push_back(edit);
  }
  std::reverse(edits.begin(), edits.end());
  return edits;
}

int BeamEditDistance::distance_from(std::span<const uint32_t> variant, size_t same, int limit) {
  const int* before = &rows_[same * columns_];
  for (size_t i = same + 1; i <= hypothesis_words_; ++i) {
    int* row = &scratch_[(i % 2) * columns_];
    const int smallest = fill_row(i, variant[i - 1], before, row);
    if (smallest > limit) return smallest;
    before = row;
  }
  return before[columns_ - 1];
}

}  // namespace nmt::metrics
