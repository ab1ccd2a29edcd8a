// Joining the group of processes that train one model.

#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "nmt/distributed/communicator.h"
#include "nmt/distributed/membership.h"

namespace nmt::distributed {

/// A communicator that knows when another process has gone.
class Group : public Communicator {
 public:
  /// This process ends because of `error`: the others are told, and end too.
  virtual void fail(const std::string& error) = 0;
};

struct GroupOptions {
  std::chrono::milliseconds timeout = std::chrono::minutes(10);  ///< For every exchange.
  /// Gets one line that says which process has gone, from a thread of its own, while this process
  /// may be at work; a program ends then.
  std::function<void(const std::string& line)> report;
};

/// Waits until all processes of `member` have come, and joins them: on the CPU, by LibTorch's Gloo.
/// Throws InputError if one does not come within the timeout, if the meeting place cannot be
/// reached or, where LibTorch was built without Gloo, always.
std::unique_ptr<Group> join_group(const Membership& member, const GroupOptions& options);

}  // namespace nmt::distributed
