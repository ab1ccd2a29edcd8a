#include "nmt/distributed/line_socket.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

#include "data/text/error.h"

namespace nmt::distributed {
namespace {

constexpr size_t kLongestLine = 64 << 10;

using Addresses = std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)>;

Addresses addresses_of(const std::string& host, int64_t port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int error = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
  if (error != 0) throw InputError("host ", host, ": ", ::gai_strerror(error));
  return {found, &::freeaddrinfo};
}

text::Descriptor open_socket(const addrinfo& address, int type) {
  return text::Descriptor(
      ::socket(address.ai_family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, address.ai_protocol));
}

// The numeric address that `socket` has here, and its port.
std::string own_address(int socket, int64_t& port) {
  sockaddr_storage address{};
  socklen_t size = sizeof(address);
  ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size);
  std::array<char, NI_MAXHOST> host{};
  std::array<char, NI_MAXSERV> service{};
  ::getnameinfo(reinterpret_cast<sockaddr*>(&address), size, host.data(), host.size(),
                service.data(), service.size(), NI_NUMERICHOST | NI_NUMERICSERV);
  port = std::atoll(service.data());
  return host.data();
}

// 0, or the errno of a connection that begins now and must be there within `timeout`.
int finish_connecting(int socket, const addrinfo& address, std::chrono::milliseconds timeout) {
  if (::connect(socket, address.ai_addr, address.ai_addrlen) == 0) return 0;
  if (errno != EINPROGRESS) return errno;
  pollfd waiting{.fd = socket, .events = POLLOUT, .revents = 0};
  if (::poll(&waiting, 1, static_cast<int>(timeout.count())) == 0) return ETIMEDOUT;
  int error = 0;
  socklen_t size = sizeof(error);
  ::getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size);
  return error;
}

}  // namespace

void LineSocket::send(const std::string& line) {
  const std::string text = line + "\n";
  // Lines are few and short: the system's buffer holds them, unless nobody reads there any more.
  [[maybe_unused]] const ssize_t sent =
      ::send(socket_.get(), text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
}

bool LineSocket::read(std::vector<std::string>& lines) {
  std::array<char, 4096> bytes{};
  while (true) {
    const ssize_t count = ::recv(socket_.get(), bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (count < 0) return errno == EAGAIN || errno == EINTR;
    if (count == 0) return false;
    for (ssize_t i = 0; i < count; ++i) {
      if (bytes[i] != '\n') {
        begun_ += bytes[i];
        continue;
      }
      lines.push_back(std::move(begun_));
      begun_.clear();
    }
    if (begun_.size() > kLongestLine) return false;
  }
}

text::Descriptor listen_at(const std::string& address, int64_t& port) {
  const Addresses found = addresses_of(address, 0);
  text::Descriptor socket = open_socket(*found, SOCK_STREAM);
  if (!socket || ::bind(socket.get(), found->ai_addr, found->ai_addrlen) != 0 ||
      ::listen(socket.get(), SOMAXCONN) != 0) {
    throw InputError("cannot listen at ", address, ": ", std::strerror(errno));
  }
  own_address(socket.get(), port);
  return socket;
}

text::Descriptor accept_from(const text::Descriptor& listener) {
  return text::Descriptor(
      ::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
}

text::Descriptor connect_to(const std::string& host, int64_t port,
                            std::chrono::milliseconds timeout) {
  int error = 0;
  const Addresses found = addresses_of(host, port);
  for (const addrinfo* one = found.get(); one != nullptr; one = one->ai_next) {
    text::Descriptor socket = open_socket(*one, SOCK_STREAM);
    error = socket ? finish_connecting(socket.get(), *one, timeout) : errno;
    if (error == 0) return socket;
  }
  throw InputError("cannot reach ", host, ":", port, ": ", std::strerror(error));
}

std::string address_towards(const std::string& host) {
  const Addresses found = addresses_of(host, 9);
  for (const addrinfo* one = found.get(); one != nullptr; one = one->ai_next) {
    addrinfo datagram = *one;
    datagram.ai_protocol = 0;
    const text::Descriptor probe = open_socket(datagram, SOCK_DGRAM);
    // A datagram socket that is connected sends nothing, but has chosen its way.
    if (!probe || ::connect(probe.get(), one->ai_addr, one->ai_addrlen) != 0) continue;
    int64_t port = 0;
    return own_address(probe.get(), port);
  }
  throw InputError("no way leads from this machine to ", host, ": ", std::strerror(errno));
}

}  // namespace nmt::distributed
