#include "data/text/path_kind.h"

#include <unistd.h>

#include <charconv>
#include <filesystem>
#include <system_error>

#include "data/text/error.h"

namespace nmt::text {
namespace {

namespace fs = std::filesystem;

constexpr int kMostLinks = 40;  // As Linux follows.

bool is_link(const fs::path& path) {
  std::error_code ignored;
  return fs::is_symlink(fs::symlink_status(path, ignored));
}

fs::path one_link_further(const fs::path& link) {
  std::error_code error;
  const fs::path target = fs::read_symlink(link, error);
  if (error) throw InputError(link.string(), ": cannot read this link: ", error.message());
  return link.parent_path() / target;
}

// N if `path` is in the folder of this process's open files.
std::optional<int> entry_of_open_files(const fs::path& path) {
  std::error_code error;
  const fs::path folder = fs::canonical(path.parent_path(), error);
  if (error || folder != concatenate("/proc/", ::getpid(), "/fd")) return std::nullopt;
  const std::string name = path.filename().string();
  int number = -1;
  const auto [end, problem] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (problem != std::errc() || end != name.data() + name.size()) return std::nullopt;
  return number;
}

}  // namespace

std::optional<int> named_descriptor(const std::string& path) {
  fs::path place = path;
  for (int links = 0; links < kMostLinks; ++links) {
    if (const auto number = entry_of_open_files(place)) return number;
    if (!is_link(place)) return std::nullopt;
    place = one_link_further(place);
  }
  return std::nullopt;
}

bool is_stream(const std::string& path) {
  if (path == "-" || named_descriptor(path)) return true;
  std::error_code ignored;
  const fs::file_status status = fs::status(path, ignored);
  return fs::exists(status) && !fs::is_regular_file(status) && !fs::is_directory(status);
}

std::string link_target(const std::string& path) {
  fs::path place = path;
  for (int links = 0; is_link(place); ++links) {
    if (links == kMostLinks) throw InputError(path, ": its symbolic links go in a circle");
    place = one_link_further(place);
  }
  return place.string();
}

}  // namespace nmt::text
