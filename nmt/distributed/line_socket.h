// Sockets for lines of text between the processes of a group.

#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "data/text/descriptor.h"

namespace nmt::distributed {

/// A connection that lines come through, without waiting for the other side.
class LineSocket {
 public:
  LineSocket() = default;
  explicit LineSocket(text::Descriptor socket) : socket_(std::move(socket)) {}

  /// Sends `line`, without its end, if there is room. A connection that has gone shows in read().
  void send(const std::string& line);

  /// Adds the whole lines that have come to `lines`. Returns whether the connection is still there;
  /// who sends a line of more than 64 KiB is cut off.
  bool read(std::vector<std::string>& lines);

  int descriptor() const { return socket_.get(); }

 private:
  text::Descriptor socket_;
  std::string begun_;  // Of a line whose end has not come.
};

/// A socket that listens at `address` of this machine; `port` gets the free one that it took.
/// Throws InputError.
text::Descriptor listen_at(const std::string& address, int64_t& port);

/// The next connection to `listener`; none if there is none.
text::Descriptor accept_from(const text::Descriptor& listener);

/// A connection to `port` at `host`, a name or an address, within `timeout`. Throws InputError.
text::Descriptor connect_to(const std::string& host, int64_t port,
                            std::chrono::milliseconds timeout);

/// The address of this machine from which `host` is reached. Throws InputError if `host` has none.
std::string address_towards(const std::string& host);

}  // namespace nmt::distributed
