// Loops over the numbers of a row in whole vectors.

#if defined(LAYERS_KERNELS_ROWS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LAYERS_KERNELS_ROWS_INL_H_
#undef LAYERS_KERNELS_ROWS_INL_H_
#else
#define LAYERS_KERNELS_ROWS_INL_H_
#endif

#include <hwy/highway.h>

#include <cstddef>
#include <cstdint>

#include "layers/kernels/dropout_random-inl.h"
#include "layers/kernels/simd_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace nmt::kernels::HWY_NAMESPACE {

// Calls work(i, load, store) for each vector of a row of `size` numbers. In the last one, lanes
// behind the end load zeros and are not stored.
template <class Work>
HWY_INLINE void for_each_vector(size_t size, const Work& work) {
  const FloatTag d;
  const size_t lanes = hn::Lanes(d);
  size_t i = 0;
  for (; i + lanes <= size; i += lanes) {
    work(
        i, [&](const float* row) HWY_ATTR { return hn::LoadU(d, row + i); },
        [&](FloatVector values, float* row) HWY_ATTR { hn::StoreU(values, d, row + i); });
  }
  if (i == size) return;
  work(
      i, [&](const float* row) HWY_ATTR { return load_part(row + i, size - i); },
      [&](FloatVector values, float* row) HWY_ATTR { store_part(values, size - i, row + i); });
}

// The dropout mask of one row, whose first number draws number `first`.
class RowMask {
 public:
  RowMask(double dropout, uint64_t seed, uint64_t first)
      : drops_(dropout > 0.0),
        values_(dropout),
        seed_(seed),
        first_(static_cast<uint32_t>(first)) {}

  HWY_INLINE bool drops() const { return drops_; }

  // From number i of the row on.
  HWY_INLINE FloatVector operator()(size_t i) const {
    const hn::ScalableTag<uint32_t> d;
    return values_(hn::Iota(d, first_ + static_cast<uint32_t>(i)),
                   hn::Set(d, static_cast<uint32_t>(seed_)),
                   hn::Set(d, static_cast<uint32_t>(seed_ >> 32)));
  }

 private:
  bool drops_;
  DropoutValues values_;
  uint64_t seed_;
  uint32_t first_;
};

}  // namespace nmt::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // LAYERS_KERNELS_ROWS_INL_H_
