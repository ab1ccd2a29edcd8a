#include "layers/kv_cache.h"

#include <algorithm>

namespace nmt::layers {
namespace {

constexpr int64_t kSmallestCapacity = 16;

torch::Tensor grown(const torch::Tensor& old, const torch::Tensor& like, int64_t length,
                    int64_t capacity) {
  torch::Tensor larger =
      at::empty({like.size(0), like.size(1), capacity, like.size(3)}, like.options());
  if (length > 0) larger.narrow(2, 0, length).copy_(old.narrow(2, 0, length));
  return larger;
}

}  // namespace

KvCache::KvCache(torch::Tensor keys, torch::Tensor values)
    : keys_(std::move(keys)), values_(std::move(values)), length_(keys_.size(2)) {}

void KvCache::reserve(const torch::Tensor& like) {
  if (keys_.defined() && length_ < keys_.size(2)) return;
  const int64_t capacity = std::max(kSmallestCapacity, 2 * length_);
  keys_ = grown(keys_, like, length_, capacity);
  values_ = grown(values_, like, length_, capacity);
}

void KvCache::append(const torch::Tensor& key, const torch::Tensor& value) {
  reserve(key);
  keys_.narrow(2, length_, 1).copy_(key);
  values_.narrow(2, length_, 1).copy_(value);
  ++length_;
}

void KvCache::select_rows(const torch::Tensor& rows) {
  if (!keys_.defined()) return;
  keys_ = keys_.index_select(0, rows);
  values_ = values_.index_select(0, rows);
}

torch::Tensor KvCache::keys() const {
  return keys_.narrow(2, 0, length_);
}
torch::Tensor KvCache::values() const {
  return values_.narrow(2, 0, length_);
}

}  // namespace nmt::layers
