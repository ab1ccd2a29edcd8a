// Skipping a test whose hardware is absent, in a way that can be turned into a failure:
//
//     NMT_REQUIRE_BACKENDS=cuda ctest --preset cuda -L cuda
//
// On a machine with a GPU this makes sure that the CUDA tests really ran.

#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <sstream>
#include <string>

namespace nmt::testing {

/// True if `backend` is among the comma-separated names of NMT_REQUIRE_BACKENDS.
inline bool backend_is_required(const std::string& backend) {
  const char* names = std::getenv("NMT_REQUIRE_BACKENDS");
  std::istringstream list(names == nullptr ? "" : names);
  for (std::string name; std::getline(list, name, ',');) {
    if (name == backend) return true;
  }
  return false;
}

}  // namespace nmt::testing

/// Ends the test as skipped, with the reason; as failed where the backend is required.
#define NMT_SKIP_BACKEND(backend, reason)                                                    \
  do {                                                                                       \
    if (nmt::testing::backend_is_required(backend)) FAIL() << (backend) << ": " << (reason); \
    GTEST_SKIP() << "needs backend " << (backend) << ", which is not usable: " << (reason);  \
  } while (false)
