// Where time and memory of some code go, operation by operation: what LibTorch's RecordFunction and
// its allocator report, of one thread.
//
// Labels: a RECORD_USER_SCOPE by its name; matrix products as kProducts, also inside a scope; any
// other operation by the scope or operation around it, or by its own name.

#pragma once

#include <ATen/record_function.h>
#include <c10/core/Allocator.h>

#include <map>
#include <memory>
#include <string>

namespace nmt::bench {

inline constexpr const char* kProducts = "matrix products";

struct OperationCost {
  int64_t calls = 0;
  double seconds = 0.0;    ///< Without what other labels inside it took.
  double flops = 0.0;      ///< Of matrix products.
  int64_t peak_bytes = 0;  ///< What it had allocated when the most was allocated in all.
};

/// Records from its construction to its destruction, in the thread that made it. One at a time.
class OperationProfile {
 public:
  OperationProfile();
  ~OperationProfile();
  OperationProfile(const OperationProfile&) = delete;
  OperationProfile& operator=(const OperationProfile&) = delete;

  /// By label.
  std::map<std::string, OperationCost> costs() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
  at::CallbackHandle handle_;
  std::unique_ptr<c10::DebugInfoGuard> memory_;
};

}  // namespace nmt::bench
