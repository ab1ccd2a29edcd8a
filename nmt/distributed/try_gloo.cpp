// Compiles and links if LibTorch has Gloo, for this folder's CMakeLists.txt; nothing runs it.

#define USE_C10D_GLOO
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>

int main() {
  const auto options = c10d::ProcessGroupGloo::Options::create(std::chrono::seconds(1));
  options->devices = {c10d::ProcessGroupGloo::createDeviceForHostname("127.0.0.1")};
  const c10d::ProcessGroupGloo group(nullptr, 0, 1, options);
  return group.getRank();
}
