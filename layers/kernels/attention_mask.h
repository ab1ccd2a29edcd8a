// Which keys each query of a batch may see. One object serves all layers of a forward pass.
//
// Shape letters: B batch, H heads, T queries, S keys.

#pragma once

#include <torch/types.h>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace nmt::kernels {

class AttentionMask {
 public:
  /// `query_lengths`, `key_lengths` [B] int64: positions at and past them are padding. Best on the
  /// CPU, whatever the device of the rows. Causal: query t sees keys 0..t, and T must equal S.
  AttentionMask(const torch::Tensor& query_lengths, const torch::Tensor& key_lengths,
                int64_t queries, int64_t keys, bool causal);

  /// Added to the logits: 0 where visible, −∞ where not; [B·H, T, S], contiguous, of the default
  /// dtype. Undefined when every key is visible to every query. Computed at the first call.
  const torch::Tensor& bias(int64_t heads) const;

  /// What backends of `device` need (attention_backend.h): first row of the queries, queries, first
  /// row of the keys and keys of each sentence in packed tensors, [4, B] int32 there. Computed at
  /// the first call.
  const torch::Tensor& sentences_on(torch::Device device) const;

  /// n of each row [B, T] int64: how many keys it sees. Computed at the first call.
  const torch::Tensor& visible_keys() const;
  /// [B] int64, as given.
  const torch::Tensor& query_lengths() const { return query_lengths_tensor_; }
  /// [B] int64, as given.
  const torch::Tensor& key_lengths() const { return key_lengths_tensor_; }

  /// How many keys query `t` of sentence `b` sees.
  int64_t visible_keys(int64_t b, int64_t t) const {
    return causal_ ? std::min(t + 1, key_lengths_[b]) : key_lengths_[b];
  }
  /// Valid queries of sentence `b`; later ones are padding.
  int64_t query_length(int64_t b) const { return query_lengths_[b]; }
  /// Valid keys of sentence `b`; later ones are padding.
  int64_t key_length(int64_t b) const { return key_lengths_[b]; }
  /// Where sentence `b` starts in packed queries: the sum of the lengths before it; b may be
  /// batch().
  int64_t query_offset(int64_t b) const { return query_offsets_[b]; }
  /// The same of packed keys.
  int64_t key_offset(int64_t b) const { return key_offsets_[b]; }
  /// Whether some sentence has no visible key at all.
  bool has_empty_rows() const { return has_empty_rows_; }

  int64_t batch() const { return static_cast<int64_t>(key_lengths_.size()); }
  int64_t queries() const { return queries_; }
  int64_t keys() const { return keys_; }
  bool causal() const { return causal_; }

 private:
  torch::Tensor query_lengths_tensor_;
  torch::Tensor key_lengths_tensor_;
  std::vector<int64_t> query_lengths_;
  std::vector<int64_t> key_lengths_;
  std::vector<int64_t> query_offsets_;
  std::vector<int64_t> key_offsets_;
  int64_t queries_;
  int64_t keys_;
  bool causal_;
  bool has_empty_rows_;
  mutable torch::Tensor sentences_;
  mutable torch::Tensor visible_keys_;
  mutable bool bias_known_ = false;
  mutable torch::Tensor bias_;
};

}  // namespace nmt::kernels
