// Palette: colours for text that goes to a terminal, and none for text that does not.

#pragma once

#include <string>
#include <string_view>

namespace nmt::sacrebleu {

enum class Color { kRed = 31, kGreen = 32, kYellow = 33, kCyan = 36 };

struct Palette {
  bool enabled = false;

  /// `text` in `color`; unchanged if colours are off.
  std::string paint(std::string_view text, Color color) const {
    if (!enabled) return std::string(text);
    return "\033[" + std::to_string(static_cast<int>(color)) + "m" + std::string(text) + "\033[0m";
  }
};

/// `text` without escape sequences that colour it or set a title, also if they came from a file:
/// what sacreBLEU writes where no terminal is, unless told not to care about colours.
std::string without_escapes(std::string_view text);

}  // namespace nmt::sacrebleu
