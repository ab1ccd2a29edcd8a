// For a LibTorch that was built without Gloo.

#include "data/text/error.h"
#include "nmt/distributed/group.h"

namespace nmt::distributed {

std::unique_ptr<Group> join_group(const Membership&, const GroupOptions&) {
  throw InputError(
      "this program cannot train in several processes: the LibTorch that it was built with has no "
      "Gloo; build it with the LibTorch that tools/setup fetches, or use --threads");
}

}  // namespace nmt::distributed
