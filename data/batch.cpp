#include "data/batch.h"

namespace nmt::data {
namespace {

// The first columns of rows begin..end−1, as many as the longest of them needs.
torch::Tensor cut_side(const torch::Tensor& ids, const torch::Tensor& lengths, int64_t begin,
                       int64_t end) {
  const int64_t longest = lengths.slice(0, begin, end).max().item<int64_t>();
  return ids.slice(0, begin, end).slice(1, 0, longest).clone(at::MemoryFormat::Contiguous);
}

int64_t tokens_of_rows(const torch::Tensor& lengths, int64_t end) {
  return lengths.slice(0, 0, end).sum().item<int64_t>();
}

}  // namespace

torch::Tensor decoder_input(const Batch& batch) {
  const torch::Tensor eos = batch.target.gather(1, batch.target_lengths.unsqueeze(1) - 1);
  return torch::cat({eos, batch.target.slice(1, 0, -1)}, 1);
}

Batch slice(const Batch& batch, int64_t begin, int64_t end) {
  TORCH_CHECK(0 <= begin && begin < end && end <= batch.size(), "slice: rows must be in 0..",
              batch.size(), " and at least one, got ", begin, "..", end);
  return {.source = cut_side(batch.source, batch.source_lengths, begin, end),
          .source_lengths = batch.source_lengths.slice(0, begin, end).clone(),
          .target = cut_side(batch.target, batch.target_lengths, begin, end),
          .target_lengths = batch.target_lengths.slice(0, begin, end).clone(),
          .pairs = {batch.pairs.begin() + begin, batch.pairs.begin() + end},
          .source_tokens_before =
              batch.source_tokens_before + tokens_of_rows(batch.source_lengths, begin),
          .target_tokens_before =
              batch.target_tokens_before + tokens_of_rows(batch.target_lengths, begin)};
}

}  // namespace nmt::data
