// Memory that the system refuses to LibTorch.

#pragma once

#include <c10/util/Exception.h>

#include <optional>
#include <string>

namespace nmt::model {

/// What the system refused to the CPU, such as "4096 bytes", if that is what `error` says: LibTorch
/// has no type of its own for it.
inline std::optional<std::string> refused_memory(const c10::Error& error) {
  const std::string text = error.what_without_backtrace();
  const std::string before = "you tried to allocate ";
  const size_t start = text.find(before);
  if (text.find("DefaultCPUAllocator") == std::string::npos || start == std::string::npos) {
    return std::nullopt;
  }
  const size_t count = start + before.size();
  return text.substr(count, text.find_first_of(".\n", count) - count);
}

}  // namespace nmt::model
