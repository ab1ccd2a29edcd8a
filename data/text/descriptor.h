// File descriptors: one that is closed by itself, and writing that is whole or says why not.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace nmt::text {

/// Owns an open file descriptor; -1: none.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int value) : value_(value) {}
  Descriptor(Descriptor&& other) noexcept : value_(std::exchange(other.value_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(value_, other.value_);
    return *this;
  }
  ~Descriptor() { close(); }

  int get() const { return value_; }
  explicit operator bool() const { return value_ >= 0; }

  /// Closes it. Returns 0, or the errno: some file systems tell of a full disk only here.
  int close();

 private:
  int value_ = -1;
};

struct WriteResult {
  size_t written = 0;  ///< Bytes that the system took.
  int error = 0;       ///< The errno of what kept it from taking the rest; 0: it took all.
};

/// Hands `bytes` to the system, and waits where a pipe has no room.
WriteResult write_all(int descriptor, std::string_view bytes);

/// Waits until all that was written is on the disk. Returns 0, also for pipes and devices, which
/// have nothing to flush, or the errno.
int sync(int descriptor);

/// Waits until the names in `folder` ("": the working folder) are on the disk: after files were
/// created, renamed or removed in it. Returns 0, also where the file system cannot do this, or the
/// errno.
int sync_folder(const std::string& folder);

}  // namespace nmt::text
