#include "layers/kernels/packing.h"

namespace nmt::kernels {

Packing::Packing(const torch::Tensor& lengths, int64_t longest, torch::Device device)
    : sentences_(lengths.size(0)), longest_(longest) {
  const torch::Tensor known = lengths.to(torch::kCPU).contiguous();
  const int64_t* length = known.const_data_ptr<int64_t>();
  const int64_t count = known.sum().item<int64_t>();
  rows_ = torch::empty({count}, torch::kInt64);
  positions_ = torch::empty({count}, torch::kInt64);
  int64_t* row = rows_.mutable_data_ptr<int64_t>();
  int64_t* position = positions_.mutable_data_ptr<int64_t>();
  for (int64_t b = 0; b < sentences_; ++b) {
    TORCH_CHECK(length[b] >= 0 && length[b] <= longest, "Packing: a length of ", length[b],
                " does not fit in 0 to ", longest);
    for (int64_t t = 0; t < length[b]; ++t) {
      *row++ = b * longest + t;
      *position++ = t;
    }
  }
  rows_ = rows_.to(device);
}

torch::Tensor Packing::pack(const torch::Tensor& padded) const {
  TORCH_CHECK(padded.dim() >= 2 && padded.size(0) == sentences_ && padded.size(1) == longest_,
              "Packing: needs [", sentences_, ", ", longest_, ", ...], got ", padded.sizes());
  const torch::Tensor flat = padded.flatten(0, 1);
  return rows_.size(0) == flat.size(0) ? flat : flat.index_select(0, rows_);
}

torch::Tensor Packing::unpack(const torch::Tensor& packed) const {
  TORCH_CHECK(packed.dim() >= 1 && packed.size(0) == rows_.size(0), "Packing: needs [",
              rows_.size(0), ", ...], got ", packed.sizes());
  std::vector<int64_t> sizes = packed.sizes().vec();
  sizes[0] = sentences_ * longest_;
  const torch::Tensor flat =
      sizes[0] == packed.size(0)
          ? packed
          : at::index_copy(torch::zeros(sizes, packed.options()), 0, rows_, packed);
  sizes[0] = longest_;
  sizes.insert(sizes.begin(), sentences_);
  return flat.reshape(sizes);
}

}  // namespace nmt::kernels
