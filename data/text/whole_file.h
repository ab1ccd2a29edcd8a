// A file at once: read whole, or replaced so that a kill at any instant leaves the old or the new.

#pragma once

#include <string>
#include <string_view>

namespace nmt::text {

/// The bytes of `path`, opened as open_bytes does (byte_source.h). Throws InputError if it cannot
/// be read.
std::string read_file(const std::string& path);

/// Writes `bytes` to a temporary file beside `path`, fsyncs it, renames it over `path` and fsyncs
/// the folder. Throws InputError (folder missing or not writable, disk full); `path` is then
/// untouched and the temporary file is removed.
void write_file_atomically(const std::string& path, std::string_view bytes);

}  // namespace nmt::text
