// Communicator: the processes that train one model together, and what they tell each other.
//
// Every process calls the same functions in the same order, from one thread. What comes out has the
// same bits in each of them.

#pragma once

#include <torch/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace nmt::distributed {

/// All functions but rank() and size() throw InputError, naming the process if it is known, if
/// another one has gone or does not answer.
class Communicator {
 public:
  virtual ~Communicator() = default;

  virtual int64_t rank() const = 0;  ///< From 0.
  virtual int64_t size() const = 0;

  /// Adds up `values`, contiguous, over the processes, in place.
  virtual void sum(torch::Tensor values) = 0;

  /// Gives `values`, contiguous, of process `from` to all, in place.
  virtual void broadcast(torch::Tensor values, int64_t from) = 0;

  /// The `own` [n] of every process, by rank: [size, n]. n is the same in each.
  virtual torch::Tensor gather(const torch::Tensor& own) = 0;

  /// Waits, however long it takes, until all processes have come here. Before an exchange that
  /// some come to much later than others.
  virtual void meet() = 0;

  /// Whether this process is the one that writes and reports.
  bool leads() const { return rank() == 0; }
};

/// The group of one process.
Communicator& alone();

/// The text of process 0, in all of them; that of the others does not matter.
std::string broadcast_text(Communicator& team, const std::string& text);

/// The text of every process, by rank.
std::vector<std::string> gather_texts(Communicator& team, const std::string& own);

/// The numbers of every process, by rank; each may have as many as it likes.
std::vector<std::vector<double>> gather_numbers(Communicator& team, const std::vector<double>& own);

}  // namespace nmt::distributed
