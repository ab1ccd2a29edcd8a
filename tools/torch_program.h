// The outermost frame of a program that computes with LibTorch: cli::run_program, and an error line
// of one sentence for what LibTorch throws, which carries a C++ stack.

#pragma once

#include <c10/util/Exception.h>

#include <functional>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>

#include "data/text/error.h"
#include "nmt/cli/program.h"

namespace nmt::tools {

/// What a program says when it is refused memory.
struct MemoryAdvice {
  std::string work;    ///< What does not fit: "an update".
  std::string remedy;  ///< "lower --max-tokens".
};

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

/// Runs `body` as cli::run_program() does. Memory that a GPU or the system refuses ends it with
/// `advice`.
inline int run_torch_program(const std::string& name, int argc, char** argv,
                             const std::function<int(int, char**)>& body,
                             const MemoryAdvice& advice) {
  const auto system_refuses = [&](const std::string& memory) {
    return InputError("the system refuses ", memory, " for ", advice.work, "; ", advice.remedy,
                      ", or raise the limit of this program's memory (ulimit -v, the container's)");
  };
  return cli::run_program(name, argc, argv, [&](int count, char** words) {
    try {
      return body(count, words);
    } catch (const c10::OutOfMemoryError& error) {
      throw InputError("the GPU's memory does not hold ", advice.work, ": ",
                       error.what_without_backtrace(), "; ", advice.remedy);
    } catch (const c10::Error& error) {
      if (const auto bytes = refused_memory(error)) throw system_refuses(*bytes);
      throw std::runtime_error(error.what_without_backtrace());
    } catch (const std::bad_alloc&) {
      throw system_refuses("memory");
    }
  });
}

}  // namespace nmt::tools
