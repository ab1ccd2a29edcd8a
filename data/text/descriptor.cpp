#include "data/text/descriptor.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace nmt::text {
namespace {

constexpr size_t kMaxWrite = size_t{1} << 30;  // Linux takes no more than 2 GiB in one call.

void wait_for_room(int descriptor) {
  pollfd waited{.fd = descriptor, .events = POLLOUT, .revents = 0};
  ::poll(&waited, 1, /*timeout=*/-1);
}

}  // namespace

int Descriptor::close() {
  const int closed = std::exchange(value_, -1);
  return closed < 0 || ::close(closed) == 0 ? 0 : errno;
}

WriteResult write_all(int descriptor, std::string_view bytes) {
  WriteResult result;
  while (result.written < bytes.size()) {
    const std::string_view rest = bytes.substr(result.written);
    const ssize_t count = ::write(descriptor, rest.data(), std::min(rest.size(), kMaxWrite));
    if (count > 0) {
      result.written += static_cast<size_t>(count);
    } else if (count == 0) {
      result.error = ENOSPC;
      break;
    } else if (errno == EAGAIN) {
      wait_for_room(descriptor);
    } else if (errno != EINTR) {
      result.error = errno;
      break;
    }
  }
  return result;
}

int sync(int descriptor) {
  return ::fsync(descriptor) == 0 || errno == EINVAL ? 0 : errno;
}

int sync_folder(const std::string& folder) {
  const Descriptor opened(
      ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!opened) return errno;
  const int error = sync(opened.get());
  return error == EIO || error == ENOSPC || error == EDQUOT ? error : 0;
}

}  // namespace nmt::text
