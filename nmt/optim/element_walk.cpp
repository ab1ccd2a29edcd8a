#include "nmt/optim/element_walk.h"

#include <algorithm>

namespace nmt::optim {
namespace {

constexpr int64_t kElementsPerTask = 32768;

Elements part_of(const Elements& whole, int64_t begin, int64_t count) {
  Elements part = whole;
  part.count = count;
  part.value += begin;
  part.gradient += begin;
  for (float*& state : part.state) {
    if (state != nullptr) state += begin;
  }
  return part;
}

}  // namespace

void ElementWalk::add(const Elements& whole) {
  for (int64_t begin = 0; begin < whole.count;) {
    const int64_t filled = length_ % kElementsPerTask;
    if (filled == 0) task_begins_.push_back(pieces_.size());
    const int64_t count = std::min(kElementsPerTask - filled, whole.count - begin);
    pieces_.push_back(part_of(whole, begin, count));
    begin += count;
    length_ += count;
  }
}

void ElementWalk::for_each_index(const std::function<void(size_t piece)>& work) const {
  parallel_for_(static_cast<int64_t>(task_begins_.size()), [&](int64_t task) {
    const size_t next = static_cast<size_t>(task) + 1;
    const size_t end = next < task_begins_.size() ? task_begins_[next] : pieces_.size();
    for (size_t piece = task_begins_[task]; piece < end; ++piece) work(piece);
  });
}

void ElementWalk::for_each(const std::function<void(const Elements& piece)>& update) const {
  for_each_index([&](size_t piece) { update(pieces_[piece]); });
}

std::vector<ElementWalk::Pair> ElementWalk::sums(
    size_t parameters, const std::function<Pair(const Elements& piece)>& terms) const {
  std::vector<Pair> of_pieces(pieces_.size());
  for_each_index([&](size_t piece) { of_pieces[piece] = terms(pieces_[piece]); });
  std::vector<Pair> sums(parameters, Pair{});
  for (size_t piece = 0; piece < pieces_.size(); ++piece) {
    Pair& sum = sums[pieces_[piece].parameter];
    for (size_t i = 0; i < sum.size(); ++i) sum[i] += of_pieces[piece][i];
  }
  return sums;
}

}  // namespace nmt::optim
