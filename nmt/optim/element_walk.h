// The arrays of one update, seen as one long array that is cut into tasks of equal length: deep
// models have thousands of small tensors, which would not keep several threads busy one by one.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "nmt/optim/elements.h"
#include "nmt/optim/parallel_for.h"

namespace nmt::optim {

class ElementWalk {
 public:
  /// `parallel_for` does the tasks.
  explicit ElementWalk(ParallelFor parallel_for) : parallel_for_(std::move(parallel_for)) {}

  /// A whole parameter. Its memory must live as long as the walk is used.
  void add(const Elements& whole);

  /// Calls update(piece) for pieces that make up all that was added, some at the same time.
  void for_each(const std::function<void(const Elements& piece)>& update) const;

  /// Two sums for each of `parameters` parameters: those of terms(piece) over its pieces, added in
  /// the order of the elements, so that the threads do not change a bit. `terms` may write, too.
  using Pair = std::array<double, 2>;
  std::vector<Pair> sums(size_t parameters,
                         const std::function<Pair(const Elements& piece)>& terms) const;

 private:
  void for_each_index(const std::function<void(size_t piece)>& work) const;

  ParallelFor parallel_for_;
  std::vector<Elements> pieces_;     // Of at most a task each.
  std::vector<size_t> task_begins_;  // The first piece of each task.
  int64_t length_ = 0;
};

}  // namespace nmt::optim
