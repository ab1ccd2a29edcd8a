#include "nmt/distributed/bucketed_sum.h"

namespace nmt::distributed {
namespace {

void sum_together(Communicator& team, const std::vector<torch::Tensor>& tensors) {
  if (tensors.size() == 1) {
    team.sum(tensors[0]);
    return;
  }
  std::vector<torch::Tensor> flat;
  for (const torch::Tensor& one : tensors) flat.push_back(one.view({-1}));
  const torch::Tensor together = torch::cat(flat);
  team.sum(together);
  int64_t begin = 0;
  for (torch::Tensor& one : flat) {
    one.copy_(together.narrow(0, begin, one.numel()));
    begin += one.numel();
  }
}

}  // namespace

void sum_in_buckets(Communicator& team, const std::vector<torch::Tensor>& tensors, int64_t bucket) {
  if (team.size() == 1) return;
  std::vector<torch::Tensor> waiting;
  int64_t elements = 0;
  for (const torch::Tensor& one : tensors) {
    if (!waiting.empty() && elements + one.numel() > bucket) {
      sum_together(team, waiting);
      waiting.clear();
      elements = 0;
    }
    waiting.push_back(one);
    elements += one.numel();
  }
  if (!waiting.empty()) sum_together(team, waiting);
}

}  // namespace nmt::distributed
