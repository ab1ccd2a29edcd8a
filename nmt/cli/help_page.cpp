#include "nmt/cli/help_page.h"

#include <algorithm>

namespace nmt::cli {

std::vector<std::string> wrapped(std::string_view text, size_t width) {
  std::vector<std::string> lines(1);
  while (!text.empty()) {
    const size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!lines.back().empty() && lines.back().size() + 1 + word.size() > width)
      lines.emplace_back();
    if (!lines.back().empty()) lines.back() += ' ';
    lines.back() += word;
  }
  return lines;
}

std::string help_entry(const std::string& left, const std::string& right, size_t right_column) {
  std::string page = "  " + left;
  size_t column = page.size();
  if (column + 2 > right_column) {
    page += '\n';
    column = 0;
  }
  for (const std::string& line : wrapped(right, kHelpWidth - right_column)) {
    page += std::string(right_column - column, ' ') + line + '\n';
    column = 0;
  }
  return page;
}

}  // namespace nmt::cli
