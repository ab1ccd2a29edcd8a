// What a path leads to, by its kind and not by its name.

#pragma once

#include <optional>
#include <string>

namespace nmt::text {

/// The open file of this process that `path` is a name of, as /dev/stdout, /dev/fd/3 and
/// /proc/self/fd/3 are; none for every other path.
std::optional<int> named_descriptor(const std::string& path);

/// Whether what `path` leads to is there for this process alone or can be read and written only
/// once: "-" (a standard stream), a pipe, a device, a name of an open file. False for regular
/// files, folders, and what does not exist.
bool is_stream(const std::string& path);

/// `path`, or where it leads if it is a symbolic link, through any number of links; what the last
/// one names need not exist. Throws InputError if the links go in a circle.
std::string link_target(const std::string& path);

}  // namespace nmt::text
