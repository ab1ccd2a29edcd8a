#include "tools/bench/operation_profile.h"

#include <torch/types.h>

#include <chrono>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace nmt::bench {
namespace {

using Clock = std::chrono::steady_clock;

struct Frame {
  std::string label;
  Clock::time_point start;
  double inside = 0.0;  // Seconds of frames within this one.
};

// [m, k] x [k, n], whose factors begin at input `first`; 0 if `name` is no product.
double product_flops(std::string_view name, c10::ArrayRef<const c10::IValue> inputs) {
  constexpr std::pair<const char*, int> kNames[] = {
      {"aten::mm", 0}, {"aten::addmm", 1}, {"aten::addmm_", 1}, {"aten::mkldnn_linear", 0}};
  for (const auto& [known, first] : kNames) {
    if (name != known) continue;
    const at::Tensor& a = inputs[first].toTensor();
    const at::Tensor& b = inputs[first + 1].toTensor();
    return 2.0 * static_cast<double>(a.numel()) * static_cast<double>(b.numel()) /
           static_cast<double>(a.size(-1));
  }
  return 0.0;
}

// "AccumulateGrad" for "autograd::engine::evaluate_function: torch::autograd::AccumulateGrad".
std::string short_name(std::string name) {
  for (const std::string_view clutter :
       {"autograd::engine::evaluate_function: ", "torch::autograd::", "nmt::kernels::",
        "(anonymous namespace)::"}) {
    const size_t place = name.find(clutter);
    if (place != std::string::npos) name.erase(place, clutter.size());
  }
  return name;
}

}  // namespace

struct OperationProfile::State : c10::MemoryReportingInfoBase {
  std::vector<Frame> stack;
  std::map<std::string, OperationCost> costs;
  std::map<std::string, int64_t> live;
  std::unordered_map<void*, std::pair<std::string, int64_t>> owners;
  int64_t total = 0, peak = 0;

  void enter(const at::RecordFunction& function) {
    const std::string name = short_name(function.name());
    const double flops = product_flops(name, function.inputs());
    std::string label = flops > 0 ? kProducts : name;
    const bool own = flops > 0 || function.scope() == at::RecordScope::USER_SCOPE;
    if (!own && !stack.empty()) label = stack.back().label;
    OperationCost& cost = costs[label];
    cost.flops += flops;
    if (own || stack.empty()) ++cost.calls;
    stack.push_back({std::move(label), Clock::now()});
  }

  void leave() {
    const Frame frame = std::move(stack.back());
    stack.pop_back();
    const double seconds = std::chrono::duration<double>(Clock::now() - frame.start).count();
    costs[frame.label].seconds += seconds - frame.inside;
    if (!stack.empty()) stack.back().inside += seconds;
  }

  void reportMemoryUsage(void* pointer, int64_t bytes, size_t, size_t, c10::Device) override {
    if (bytes > 0) {
      const std::string label = stack.empty() ? "elsewhere" : stack.back().label;
      owners[pointer] = {label, bytes};
      live[label] += bytes;
      total += bytes;
    } else if (const auto owner = owners.find(pointer); owner != owners.end()) {
      live[owner->second.first] -= owner->second.second;
      total -= owner->second.second;
      owners.erase(owner);
    }
    if (total <= peak) return;
    peak = total;
    for (const auto& [label, sum] : live) costs[label].peak_bytes = sum;
  }

  bool memoryProfilingEnabled() const override { return true; }
};

namespace {

// The callbacks are plain functions; the profile that is under way.
thread_local void* current = nullptr;

}  // namespace

OperationProfile::OperationProfile() : state_(std::make_shared<State>()) {
  current = state_.get();
  handle_ = at::addThreadLocalCallback(
      at::RecordFunctionCallback(
          [](const at::RecordFunction& function) -> std::unique_ptr<at::ObserverContext> {
            static_cast<State*>(current)->enter(function);
            return nullptr;
          },
          [](const at::RecordFunction&, at::ObserverContext*) {
            static_cast<State*>(current)->leave();
          })
          .needsInputs(true)
          .scopes({at::RecordScope::FUNCTION, at::RecordScope::USER_SCOPE}));
  memory_ = std::make_unique<c10::DebugInfoGuard>(c10::DebugInfoKind::PROFILER_STATE, state_);
}

OperationProfile::~OperationProfile() {
  memory_.reset();
  at::removeCallback(handle_);
  current = nullptr;
}

std::map<std::string, OperationCost> OperationProfile::costs() const {
  return state_->costs;
}

}  // namespace nmt::bench
