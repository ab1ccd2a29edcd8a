// Numbers too small for float32's normal form count as zero.

#pragma once

#include <ATen/Context.h>

#include <cfenv>

namespace nmt::train {

/// Holds for this thread, from its construction to its destruction. In a very deep post-LN model
/// gradients shrink from layer to layer until they are denormal (below 1.2e-38), which changes no
/// weight, but is many times as slow to multiply.
class FlushDenormals {
 public:
  FlushDenormals() {
    std::fegetenv(&before_);
    at::globalContext().setFlushDenormal(true);
  }
  ~FlushDenormals() { std::fesetenv(&before_); }
  FlushDenormals(const FlushDenormals&) = delete;
  FlushDenormals& operator=(const FlushDenormals&) = delete;

 private:
  std::fenv_t before_;
};

}  // namespace nmt::train
