// Bytes as hexadecimal digits, as record_vectors.py prints them.

#pragma once

#include <string>
#include <string_view>

namespace nmt::tensorboard {

inline std::string to_hex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const unsigned char byte : bytes) {
    text += kDigits[byte / 16];
    text += kDigits[byte % 16];
  }
  return text;
}

}  // namespace nmt::tensorboard
