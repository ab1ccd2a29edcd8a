// One self-contained HTML page: no network, no file beside it.

#pragma once

#include <string>
#include <vector>

#include "nmt/report/comparison.h"

namespace nmt::report {

/// A page is never larger.
inline constexpr size_t kLargestPage = 10'000'000;

/// The page over `runs`, whose table is `comparison`. Where it would exceed `largest` bytes, curves
/// and heat maps become coarser until it does not. Whatever comes from the logs stands in it
/// escaped. Throws InputError if even the coarsest page is too large.
std::string make_page(const std::string& title, const std::vector<Run>& runs,
                      const Comparison& comparison, size_t largest = kLargestPage);

/// `json` as the text of a <script> element: no '<' is left in it.
std::string script_json(const nlohmann::ordered_json& json);

}  // namespace nmt::report
