#include "nmt/report/page.h"

#include <algorithm>
#include <map>

#include "data/text/error.h"
#include "nmt/report/comparison_table.h"
#include "nmt/report/number_text.h"
#include "nmt/report/page_assets.h"
#include "nmt/report/page_data.h"
#include "nmt/report/summary.h"

namespace nmt::report {
namespace {

// The template with every {{NAME}} replaced, in one pass: what is put in is not looked at again.
std::string filled(std::string_view text, const std::map<std::string, std::string>& values) {
  std::string page;
  while (true) {
    const size_t open = text.find("{{");
    const size_t close = text.find("}}", open);
    if (open == std::string_view::npos || close == std::string_view::npos) break;
    page.append(text.substr(0, open));
    page.append(values.at(std::string(text.substr(open + 2, close - open - 2))));
    text.remove_prefix(close + 2);
  }
  return page.append(text);
}

std::string subtitle(const std::vector<Run>& runs, const Comparison& comparison) {
  const auto unfinished = static_cast<size_t>(
      std::ranges::count_if(runs, [](const Run& run) { return !run.end.has_value(); }));
  std::string text =
      counted(runs.size(), "run") + " in " + counted(comparison.rows.size(), "group");
  if (unfinished > 0) text += ", " + std::to_string(unfinished) + " unfinished";
  return text;
}

}  // namespace

std::string script_json(const nlohmann::ordered_json& json) {
  const std::string text =
      json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  std::string safe;
  safe.reserve(text.size());
  for (const char c : text) {
    safe += c == '<' ? "\\u003c" : std::string(1, c);
  }
  return safe;
}

std::string make_page(const std::string& title, const std::vector<Run>& runs,
                      const Comparison& comparison, size_t largest) {
  std::map<std::string, std::string> values = {
      {"TITLE", html_escaped(title)},
      {"SUBTITLE", html_escaped(subtitle(runs, comparison))},
      {"STYLE", std::string(page_style())},
      {"SCRIPT", std::string(page_script())},
      {"SUMMARY", as_html(summary(comparison))},
      {"CAUTION", html_escaped(summary_caution())},
      {"TABLE", as_html(comparison_table(comparison))}};
  PageLimits limits = limits_for(runs.size());
  while (true) {
    values["DATA"] = script_json(page_data(runs, comparison, limits));
    std::string page = filled(page_template(), values);
    if (page.size() <= largest) return page;
    if (!halve(limits)) {
      throw InputError("a page over ", counted(runs.size(), "run"), " has ", page.size(),
                       " bytes at its coarsest, more than ", largest, ": give fewer runs");
    }
  }
}

}  // namespace nmt::report
