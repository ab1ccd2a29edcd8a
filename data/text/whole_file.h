// A file at once.

#pragma once

#include <string>

namespace nmt::text {

/// The bytes of `path`, opened as open_bytes() does (byte_source.h). Throws InputError if it cannot
/// be read.
std::string read_file(const std::string& path);

/// The text of `path`, which a person may have written: as read_file(), without a byte order mark.
std::string read_text(const std::string& path);

}  // namespace nmt::text
