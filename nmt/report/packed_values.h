// Values for a page, in few bytes: bfloat16, little-endian, as base64.
//
// bfloat16 is the upper half of a float32: its whole range, NaN and infinities included, with a
// relative error of at most 2^-8, which no eye sees in a picture.

#pragma once

#include <span>
#include <string>

namespace nmt::report {

/// The base64 text of `bytes`, padded with '='. RFC 4648, section 4.
std::string base64(std::span<const unsigned char> bytes);

/// `values` rounded to the nearest bfloat16 (ties to even), two bytes each, as base64.
std::string packed(std::span<const float> values);

}  // namespace nmt::report
