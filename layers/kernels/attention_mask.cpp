#include "layers/kernels/attention_mask.h"

#include <algorithm>
#include <limits>

namespace nmt::kernels {
namespace {

std::vector<int64_t> to_vector(const torch::Tensor& lengths) {
  const torch::Tensor contiguous = lengths.to(torch::kCPU, torch::kInt64).contiguous();
  const int64_t* first = contiguous.const_data_ptr<int64_t>();
  return {first, first + contiguous.numel()};
}

std::vector<int64_t> running_sums(const std::vector<int64_t>& lengths) {
  std::vector<int64_t> offsets = {0};
  for (const int64_t length : lengths) offsets.push_back(offsets.back() + length);
  return offsets;
}

}  // namespace

AttentionMask::AttentionMask(const torch::Tensor& query_lengths, const torch::Tensor& key_lengths,
                             int64_t queries, int64_t keys, bool causal)
    : query_lengths_tensor_(query_lengths),
      key_lengths_tensor_(key_lengths),
      query_lengths_(to_vector(query_lengths)),
      key_lengths_(to_vector(key_lengths)),
      query_offsets_(running_sums(query_lengths_)),
      key_offsets_(running_sums(key_lengths_)),
      queries_(queries),
      keys_(keys),
      causal_(causal),
      has_empty_rows_(std::find(key_lengths_.begin(), key_lengths_.end(), 0) !=
                      key_lengths_.end()) {
  TORCH_CHECK(query_lengths_.size() == key_lengths_.size(),
              "attention mask: query_lengths and key_lengths must have one entry a sentence, got ",
              query_lengths_.size(), " and ", key_lengths_.size());
  TORCH_CHECK(!causal || queries == keys, "attention mask: causal needs as many queries as keys, ",
              "got ", queries, " and ", keys);
}

const torch::Tensor& AttentionMask::sentences_on(torch::Device device) const {
  if (sentences_.defined() && sentences_.device() == device) return sentences_;
  const torch::Tensor table = torch::empty({4, batch()}, torch::kInt32);
  int32_t* next = table.mutable_data_ptr<int32_t>();
  for (const std::vector<int64_t>* row :
       {&query_offsets_, &query_lengths_, &key_offsets_, &key_lengths_}) {
    for (int64_t b = 0; b < batch(); ++b) *next++ = static_cast<int32_t>((*row)[b]);
  }
  sentences_ = table.to(device);
  return sentences_;
}

const torch::Tensor& AttentionMask::visible_keys() const {
  if (visible_keys_.defined()) return visible_keys_;
  visible_keys_ = torch::tensor(key_lengths_).unsqueeze(1).expand({batch(), queries_});
  if (causal_) {
    visible_keys_ = at::minimum(visible_keys_, torch::arange(1, queries_ + 1).unsqueeze(0));
  }
  visible_keys_ = visible_keys_.contiguous();
  return visible_keys_;
}

const torch::Tensor& AttentionMask::bias(int64_t heads) const {
  if (bias_known_) return bias_;
  bias_known_ = true;
  const bool padded = std::any_of(key_lengths_.begin(), key_lengths_.end(),
                                  [&](int64_t length) { return length < keys_; });
  if (!padded && !causal_) return bias_;
  const torch::Tensor positions = torch::arange(keys_);
  const torch::Tensor lengths = torch::tensor(key_lengths_);
  torch::Tensor hidden = (positions.unsqueeze(0) >= lengths.unsqueeze(1)).unsqueeze(1);  // [B,1,S]
  if (causal_) {
    hidden = hidden.logical_or(positions.unsqueeze(0) > torch::arange(queries_).unsqueeze(1));
  }
  bias_ = torch::zeros({batch(), 1, queries_, keys_})
              .masked_fill_(hidden.unsqueeze(1), -std::numeric_limits<double>::infinity())
              .expand({batch(), heads, queries_, keys_})
              .reshape({batch() * heads, queries_, keys_});
  return bias_;
}

}  // namespace nmt::kernels
