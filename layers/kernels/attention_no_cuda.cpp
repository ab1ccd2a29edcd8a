#include <stdexcept>

#include "layers/kernels/attention_cuda.h"

namespace nmt::kernels {
namespace {

[[noreturn]] void refuse() {
  throw std::runtime_error("attention: this build has no CUDA kernels");
}

}  // namespace

int64_t attention_shared_bytes(int64_t) {
  return 0;
}

bool cuda_attention_takes(int64_t) {
  return false;
}

template <class Value>
void attend_cuda(const AttentionCallCuda&, const HeadRowsCuda<const Value>&,
                 const HeadRowsCuda<const Value>&, const HeadRowsCuda<const Value>&,
                 const HeadRowsCuda<Value>&, const RowStatisticsCuda&) {
  refuse();
}

template <class Value>
void attend_backward_cuda(const AttentionCallCuda&, const HeadGradientsCuda<Value>&) {
  refuse();
}

template void attend_cuda<float>(const AttentionCallCuda&, const HeadRowsCuda<const float>&,
                                 const HeadRowsCuda<const float>&, const HeadRowsCuda<const float>&,
                                 const HeadRowsCuda<float>&, const RowStatisticsCuda&);
template void attend_cuda<uint16_t>(const AttentionCallCuda&, const HeadRowsCuda<const uint16_t>&,
                                    const HeadRowsCuda<const uint16_t>&,
                                    const HeadRowsCuda<const uint16_t>&,
                                    const HeadRowsCuda<uint16_t>&, const RowStatisticsCuda&);
template void attend_backward_cuda<float>(const AttentionCallCuda&,
                                          const HeadGradientsCuda<float>&);
template void attend_backward_cuda<uint16_t>(const AttentionCallCuda&,
                                             const HeadGradientsCuda<uint16_t>&);

}  // namespace nmt::kernels
