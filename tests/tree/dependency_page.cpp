#include "tests/tree/dependency_page.h"

#include <algorithm>

#include "tests/tree/include_rules.h"

namespace nmt::tree {
namespace {

const char kPage[] = "nmt/README.md";
const char kHeading[] = "| folder | includes | libraries |";

std::string list(const std::vector<std::string>& names, const std::string& quote) {
  std::string text;
  for (const std::string& name : names) {
    text += (text.empty() ? "" : ", ") + quote + name + quote;
  }
  return text.empty() ? "nothing" : text;
}

std::string printed_row(const IncludeRule& rule) {
  return "| `" + rule.files + "` | " + list(rule.includes, "`") + " | " + list(rule.libraries, "") +
         " |";
}

// Index of the first row below the heading, or of the page's end.
std::size_t first_row(const TextFile& page) {
  const auto heading =
      std::find_if(page.lines.begin(), page.lines.end(),
                   [](const std::string& line) { return line.starts_with(kHeading); });
  const auto index = static_cast<std::size_t>(heading - page.lines.begin());
  return std::min(index + 2, page.lines.size());
}

}  // namespace

std::vector<std::string> printed_rows() {
  std::vector<std::string> rows;
  for (const IncludeRule& rule : include_rules()) {
    if (rule.files != "tests") rows.push_back(printed_row(rule));
  }
  return rows;
}

std::vector<std::string> stale_dependency_rows(const std::vector<TextFile>& tree) {
  const auto page = std::find_if(tree.begin(), tree.end(),
                                 [](const TextFile& file) { return file.path == kPage; });
  if (page == tree.end()) return {std::string(kPage) + ": missing"};
  std::vector<std::string> messages;
  std::size_t line = first_row(*page);
  for (const std::string& row : printed_rows()) {
    const bool right = line < page->lines.size() && page->lines[line].starts_with(row);
    if (!right) messages.push_back(place(*page, line) + "this row must begin " + row);
    ++line;
  }
  for (; line < page->lines.size() && page->lines[line].starts_with("|"); ++line) {
    messages.push_back(place(*page, line) + "no include rule stands behind this row");
  }
  return messages;
}

}  // namespace nmt::tree
