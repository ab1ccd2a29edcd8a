// Every instruction set that kernels are compiled for, forced one after the other.
//
// NMT_REQUIRE_BACKENDS, a list of names ("AVX2,AVX3"): one that the machine lacks is then a failure
// instead of a skipped case. Built with HWY_COMPILE_ONLY_SCALAR, there is one set: "scalar".

#pragma once

#include <gtest/gtest.h>
#include <hwy/targets.h>

#include <cstdlib>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace nmt::testing {

struct InstructionSet {
  std::string name;
  int64_t target;  ///< Highway's; 0: whatever there is.
};

inline std::vector<InstructionSet> instruction_sets() {
  if (HWY_TARGETS == HWY_SCALAR) return {{"scalar", 0}};
  return {{"SSSE3", HWY_SSSE3},
          {"SSE4", HWY_SSE4},
          {"AVX2", HWY_AVX2},
          {"AVX3", HWY_AVX3},
          {"AVX3_DL", HWY_AVX3_DL}};
}

inline bool has(const InstructionSet& set) {
  return set.target == 0 || (hwy::SupportedTargets() & HWY_TARGETS & set.target) != 0;
}

inline bool is_required(const InstructionSet& set) {
  const char* list = std::getenv("NMT_REQUIRE_BACKENDS");
  std::istringstream names(list == nullptr ? "" : list);
  for (std::string one; std::getline(names, one, ',');) {
    if (one == set.name) return true;
  }
  return false;
}

/// Kernels run on one instruction set while it lives.
class ForcedInstructionSet {
 public:
  explicit ForcedInstructionSet(const InstructionSet& set) {
    hwy::SetSupportedTargetsForTest(set.target);
  }
  ~ForcedInstructionSet() { hwy::SetSupportedTargetsForTest(0); }
  ForcedInstructionSet(const ForcedInstructionSet&) = delete;
  ForcedInstructionSet& operator=(const ForcedInstructionSet&) = delete;
};

/// Calls work() on each instruction set of the machine; fails where a required one is missing.
template <class Work>
void on_each_instruction_set(const Work& work) {
  for (const InstructionSet& set : instruction_sets()) {
    if (!has(set)) {
      EXPECT_FALSE(is_required(set)) << "this machine has no " << set.name;
      continue;
    }
    SCOPED_TRACE(set.name);
    const ForcedInstructionSet forced(set);
    work();
  }
}

}  // namespace nmt::testing
