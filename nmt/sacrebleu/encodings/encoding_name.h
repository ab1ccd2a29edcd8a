// Names of encodings as Python finds them: "UTF-8", "utf 8" and "U8" are the same one.

#pragma once

#include <optional>
#include <string_view>

namespace nmt::sacrebleu {

/// The module in which Python 3.11 has the encoding called `name`, such as "utf_8"; none if Python
/// knows no text encoding of this name.
std::optional<std::string_view> python_encoding(std::string_view name);

}  // namespace nmt::sacrebleu
