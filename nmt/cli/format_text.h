// Short texts of numbers for people, by printf's patterns.

#pragma once

#include <string>

namespace nmt::cli {

/// What printf would write, cut after 255 bytes.
__attribute__((format(printf, 1, 2))) std::string format_text(const char* pattern, ...);

}  // namespace nmt::cli
