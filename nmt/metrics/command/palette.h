// Palette: colours for text that goes to a terminal.

#pragma once

#include <string>
#include <string_view>

namespace nmt::metrics {

enum class Color { red = 31, green = 32, yellow = 33, cyan = 36 };

struct Palette {
  bool enabled = false;

  /// `text` in `color`; unchanged if colours are off.
  std::string paint(std::string_view text, Color color) const {
    if (!enabled) return std::string(text);
    return "\033[" + std::to_string(static_cast<int>(color)) + "m" + std::string(text) + "\033[0m";
  }
};

}  // namespace nmt::metrics
