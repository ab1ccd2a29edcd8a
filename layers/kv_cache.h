// Keys and values of attention layers, kept between decoding steps.
//
// Shape letters: R decoding rows, H heads, S positions so far, K head size.

#pragma once

#include <torch/types.h>

namespace nmt::layers {

/// Keys and values of one attention layer.
class KvCache {
 public:
  KvCache() = default;
  /// Starts with `keys` and `values` [R, H, S, K].
  KvCache(torch::Tensor keys, torch::Tensor values);

  /// Appends one position: `key`, `value` [R, H, 1, K].
  void append(const torch::Tensor& key, const torch::Tensor& value);

  /// Row i becomes the former row rows[i]; `rows` [R'] int64.
  void select_rows(const torch::Tensor& rows);

  torch::Tensor keys() const;    ///< [R, H, S, K]
  torch::Tensor values() const;  ///< [R, H, S, K]
  int64_t length() const { return length_; }

 private:
  void reserve(const torch::Tensor& like);

  torch::Tensor keys_;  // [R, H, capacity, K]
  torch::Tensor values_;
  int64_t length_ = 0;
};

}  // namespace nmt::layers
