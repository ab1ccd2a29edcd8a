#include "nmt/cli/format_text.h"

#include <cstdarg>
#include <cstdio>

namespace nmt::cli {

std::string format_text(const char* pattern, ...) {
  char text[256];
  std::va_list arguments;
  va_start(arguments, pattern);
  std::vsnprintf(text, sizeof text, pattern, arguments);
  va_end(arguments);
  return text;
}

}  // namespace nmt::cli
