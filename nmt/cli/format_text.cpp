#include "nmt/cli/format_text.h"

#include <algorithm>
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

std::string in_words(std::string name) {
  std::ranges::replace(name, '_', ' ');
  return name;
}

}  // namespace nmt::cli
