// The outermost frame of a program that computes with LibTorch: cli::run_program, and an error line
// of one sentence for what LibTorch throws, which carries a C++ stack.

#pragma once

#include <c10/util/Exception.h>

#include <functional>
#include <new>
#include <stdexcept>
#include <string>

#include "data/text/error.h"
#include "nmt/cli/program.h"
#include "nmt/model/refused_memory.h"

namespace nmt::tools {

/// What a program says when it is refused memory.
struct MemoryAdvice {
  std::string work;    ///< What does not fit: "an update".
  std::string remedy;  ///< "lower --max-tokens".
};

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
      if (const auto bytes = model::refused_memory(error)) throw system_refuses(*bytes);
      throw std::runtime_error(error.what_without_backtrace());
    } catch (const std::bad_alloc&) {
      throw system_refuses("memory");
    }
  });
}

}  // namespace nmt::tools
