// Processes that die, fall silent, fail or hold the others up, played at real sockets.

#include "nmt/distributed/watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

#include "data/text/error.h"

namespace nmt::distributed::watch_test {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;

constexpr const char* kHere = "127.0.0.1";

// A member that is watched over, and the line that it gets.
struct Member {
  std::promise<std::string> promise;
  std::future<std::string> line = promise.get_future();
  std::unique_ptr<Watch> watch;

  Watch::Options options(int64_t rank, milliseconds timeout = std::chrono::minutes(1)) {
    return {.rank = rank,
            .size = 3,
            .token = "secret",
            .timeout = timeout,
            .report = [this](const std::string& text) { promise.set_value(text); }};
  }
  std::string reported() {
    return line.wait_for(std::chrono::seconds(2)) == std::future_status::ready ? line.get()
                                                                               : "nothing";
  }
};

class WatchTest : public ::testing::Test {
 protected:
  void start(milliseconds timeout = std::chrono::minutes(1)) {
    first.watch = std::make_unique<Watch>(first.options(0, timeout), kHere);
    second.watch = std::make_unique<Watch>(second.options(1), kHere, first.watch->port());
  }

  // Somebody who speaks for himself.
  LineSocket stranger(const std::string& words) {
    LineSocket socket(connect_to(kHere, first.watch->port(), std::chrono::seconds(5)));
    socket.send(words);
    return socket;
  }

  Member first, second;
};

TEST_F(WatchTest, NamesAProcessThatDies) {
  start();
  {
    const LineSocket third = stranger("hello secret 2 far 4711");
    std::this_thread::sleep_for(milliseconds(200));
  }
  EXPECT_EQ(first.reported(), "process 2 (far, pid 4711) has gone");
  EXPECT_EQ(second.reported(), "process 2 (far, pid 4711) has gone");
}

TEST_F(WatchTest, NamesProcessZeroWhenThatDies) {
  int64_t port = 0;
  auto listener = listen_at(kHere, port);
  second.watch = std::make_unique<Watch>(second.options(1), kHere, port);
  {
    LineSocket zero(accept_from(listener));
    zero.send("hello secret 0 head 12");
    std::this_thread::sleep_for(milliseconds(200));
  }
  EXPECT_EQ(second.reported(), "process 0 (head, pid 12) has gone");
}

TEST_F(WatchTest, NamesAProcessThatFallsSilent) {
  start(milliseconds(1200));
  const LineSocket third = stranger("hello secret 2 far 4711");
  EXPECT_EQ(first.reported(), "process 2 (far, pid 4711) has not answered for 1.2 s");
  EXPECT_THAT(second.reported(), HasSubstr("process 2 (far, pid 4711)"));
}

TEST_F(WatchTest, TellsOfAFailure) {
  start();
  second.watch->fail("no room\non the disk");
  EXPECT_THAT(first.reported(), HasSubstr("has failed: no room on the disk"));
  EXPECT_EQ(second.reported(), "nothing");
}

TEST_F(WatchTest, TellsOfAFailureOfProcessZero) {
  start();
  first.watch->fail("no room");
  EXPECT_THAT(second.reported(), ::testing::StartsWith("process 0 ("));
  EXPECT_EQ(first.reported(), "nothing");
}

TEST_F(WatchTest, LetsGoOfAProcessThatSaysGoodBye) {
  start();
  second.watch.reset();
  EXPECT_EQ(first.reported(), "nothing");
}

TEST_F(WatchTest, DoesNotListenToStrangers) {
  start();
  { const LineSocket other = stranger("hello guessed 1 evil 1"); }
  { const LineSocket other = stranger("GET / HTTP/1.1"); }
  { const LineSocket other = stranger(std::string(200000, 'x')); }
  EXPECT_EQ(first.reported(), "nothing");
  EXPECT_EQ(second.watch->verdict(), std::nullopt);
}

TEST_F(WatchTest, BlamesTheOneThatIsBehind) {
  start();
  LineSocket third = stranger("hello secret 2 far 4711");
  third.send("beat 6");
  for (int i = 0; i < 7; ++i) {
    first.watch->count_exchange();
    second.watch->count_exchange();
  }
  std::this_thread::sleep_for(milliseconds(700));
  EXPECT_THAT(second.watch->blame().value_or("nobody"),
              HasSubstr("process 2 (far, pid 4711) is the last"));
  EXPECT_THAT(first.reported(), HasSubstr("process 2 (far, pid 4711) is the last"));
}

TEST(Watch, SaysWhereItCannotConnect) {
  int64_t port = 0;
  { const auto closed = listen_at(kHere, port); }
  EXPECT_THROW(Watch({.rank = 1, .size = 2}, kHere, port), InputError);
}

}  // namespace
}  // namespace nmt::distributed::watch_test
