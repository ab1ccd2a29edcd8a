#include "layers/kernels/attention_cpu.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "layers/kernels/attention_cpu.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "layers/kernels/attention_backward-inl.h"
#include "layers/kernels/attention_forward-inl.h"

HWY_BEFORE_NAMESPACE();
namespace nmt::kernels::HWY_NAMESPACE {

void AttendFloat(const HeadShape& shape, RowMatrix<const float> q, RowMatrix<const float> k,
                 RowMatrix<const float> v, RowMatrix<float> out, const RowStatistics& statistics,
                 AttentionScratch& scratch) {
  attend_head(shape, q, k, v, out, statistics, scratch);
}
void AttendBfloat16(const HeadShape& shape, RowMatrix<const uint16_t> q,
                    RowMatrix<const uint16_t> k, RowMatrix<const uint16_t> v,
                    RowMatrix<uint16_t> out, const RowStatistics& statistics,
                    AttentionScratch& scratch) {
  attend_head(shape, q, k, v, out, statistics, scratch);
}
void AttendBackwardFloat(const HeadShape& shape, const HeadGradients<float>& gradients,
                         AttentionScratch& scratch) {
  attend_head_backward(shape, gradients, scratch);
}
void AttendBackwardBfloat16(const HeadShape& shape, const HeadGradients<uint16_t>& gradients,
                            AttentionScratch& scratch) {
  attend_head_backward(shape, gradients, scratch);
}

}  // namespace nmt::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <hwy/aligned_allocator.h>

namespace nmt::kernels {

HWY_EXPORT(AttendFloat);
HWY_EXPORT(AttendBfloat16);
HWY_EXPORT(AttendBackwardFloat);
HWY_EXPORT(AttendBackwardBfloat16);

AttentionScratch::~AttentionScratch() {
  hwy::FreeAlignedBytes(data_, nullptr, nullptr);
}

float* AttentionScratch::floats(size_t count) {
  if (count > count_) {
    hwy::FreeAlignedBytes(data_, nullptr, nullptr);
    data_ = static_cast<float*>(hwy::AllocateAlignedBytes(count * sizeof(float), nullptr, nullptr));
    count_ = count;
  }
  return data_;
}

void attend(const HeadShape& shape, RowMatrix<const float> q, RowMatrix<const float> k,
            RowMatrix<const float> v, RowMatrix<float> out, const RowStatistics& statistics,
            AttentionScratch& scratch) {
  HWY_DYNAMIC_DISPATCH(AttendFloat)(shape, q, k, v, out, statistics, scratch);
}
void attend(const HeadShape& shape, RowMatrix<const uint16_t> q, RowMatrix<const uint16_t> k,
            RowMatrix<const uint16_t> v, RowMatrix<uint16_t> out, const RowStatistics& statistics,
            AttentionScratch& scratch) {
  HWY_DYNAMIC_DISPATCH(AttendBfloat16)(shape, q, k, v, out, statistics, scratch);
}
void attend_backward(const HeadShape& shape, const HeadGradients<float>& gradients,
                     AttentionScratch& scratch) {
  HWY_DYNAMIC_DISPATCH(AttendBackwardFloat)(shape, gradients, scratch);
}
void attend_backward(const HeadShape& shape, const HeadGradients<uint16_t>& gradients,
                     AttentionScratch& scratch) {
  HWY_DYNAMIC_DISPATCH(AttendBackwardBfloat16)(shape, gradients, scratch);
}

}  // namespace nmt::kernels
#endif
