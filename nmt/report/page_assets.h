// The files of nmt/report/page/, embedded into the program when it is configured.

#pragma once

#include <string_view>

namespace nmt::report {

/// page.html, with {{TITLE}}, {{STYLE}}, ... where the parts of a page go.
std::string_view page_template();

/// The style sheet.
std::string_view page_style();

/// All scripts, in the order in which they need each other.
std::string_view page_script();

}  // namespace nmt::report
