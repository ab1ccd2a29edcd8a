#include "layers/kernels/attention_cpu.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "layers/kernels/attention_cpu.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "layers/kernels/attention_backward-inl.h"
#include "layers/kernels/attention_forward-inl.h"

HWY_BEFORE_NAMESPACE();
namespace nmt::kernels::HWY_NAMESPACE {

void Attend(const AttentionCall& call, const AttentionStatistics& statistics, int64_t begin,
            int64_t end) {
  const auto attend =
      call.storage == AttentionStorage::kFloat32 ? attend_head<float> : attend_head<uint16_t>;
  Scratch scratch;
  for (int64_t i = begin; i < end; ++i) attend(Head(call, i), statistics, scratch);
}
void AttendBackward(const AttentionCall& call, const AttentionGradients& gradients, int64_t begin,
                    int64_t end) {
  const auto attend = call.storage == AttentionStorage::kFloat32 ? attend_head_backward<float>
                                                                 : attend_head_backward<uint16_t>;
  Scratch scratch;
  for (int64_t i = begin; i < end; ++i) attend(Head(call, i), gradients, scratch);
}

}  // namespace nmt::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace nmt::kernels {

HWY_EXPORT(Attend);
HWY_EXPORT(AttendBackward);

void attend_cpu(const AttentionCall& call, const AttentionStatistics& statistics, int64_t begin,
                int64_t end) {
  HWY_DYNAMIC_DISPATCH(Attend)(call, statistics, begin, end);
}
void attend_backward_cpu(const AttentionCall& call, const AttentionGradients& gradients,
                         int64_t begin, int64_t end) {
  HWY_DYNAMIC_DISPATCH(AttendBackward)(call, gradients, begin, end);
}

}  // namespace nmt::kernels
#endif
