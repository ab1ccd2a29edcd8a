// Numbers as Python's int() and float() read them: spaces around, underscores between digits.

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace nmt::sacrebleu {

/// Python's int(text) if it is one and fits 64 bits.
std::optional<int64_t> python_int(std::string_view text);

/// Python's float(text) if it is one.
std::optional<double> python_float(std::string_view text);

}  // namespace nmt::sacrebleu
