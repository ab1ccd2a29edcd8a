#include "nmt/distributed/agreement.h"

namespace nmt::distributed {

Wishes agree(Communicator& team, const Wishes& own) {
  const torch::Tensor all =
      team.gather(torch::tensor({own.stop ? 1.0 : 0.0, own.seconds}, torch::kFloat64));
  return {.stop = all.select(1, 0).max().item<double>() > 0.0, .seconds = all[0][1].item<double>()};
}

bool in_any(Communicator& team, bool here) {
  return agree(team, {.stop = here}).stop;
}

}  // namespace nmt::distributed
