// The group over LibTorch's ProcessGroupGloo (gloo_declarations.h).

#define USE_C10D_GLOO
#include <unistd.h>

#include <random>
#include <thread>
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>
#include <utility>

#include "data/text/error.h"
#include "nmt/distributed/group.h"
#include "nmt/distributed/watch.h"

namespace nmt::distributed {
namespace {

using Store = c10::intrusive_ptr<c10d::Store>;

constexpr std::chrono::milliseconds kLook{20};

std::vector<uint8_t> bytes_of(const std::string& text) {
  return {text.begin(), text.end()};
}

std::string text_of(const std::vector<uint8_t>& bytes) {
  return {bytes.begin(), bytes.end()};
}

std::string random_token() {
  std::random_device device;
  return concatenate(device(), "-", device(), "-", device(), "-", device());
}

std::string place(const Membership& member) {
  return concatenate(member.host, ":", member.port);
}

Store open_store(const Membership& member, const GroupOptions& options) {
  c10d::TCPStoreOptions how;
  how.port = static_cast<uint16_t>(member.port);
  how.isServer = member.rank == 0 && !member.place_is_kept;
  how.numWorkers = static_cast<size_t>(member.size);
  how.waitWorkers = false;
  how.timeout = options.timeout;
  if (how.isServer) how.masterListenFd = member.descriptor;
  return c10::make_intrusive<c10d::PrefixStore>(
      "nmt", c10::make_intrusive<c10d::TCPStore>(member.host, how));
}

void say_here(c10d::Store& store, int64_t meeting, int64_t rank) {
  store.set(concatenate("here/", meeting, "/", rank), bytes_of("yes"));
}

// Looks again and again: LibTorch warns of every wait of the store that runs out.
bool is_here(c10d::Store& store, int64_t meeting, int64_t rank) {
  if (store.check({concatenate("here/", meeting, "/", rank)})) return true;
  std::this_thread::sleep_for(kLook);
  return false;
}

// The first meeting: who does not come within the timeout is named.
void wait_for_all(c10d::Store& store, const Membership& member, const GroupOptions& options) {
  say_here(store, 0, member.rank);
  const auto end = std::chrono::steady_clock::now() + options.timeout;
  for (int64_t rank = 0; rank < member.size; ++rank) {
    while (!is_here(store, 0, rank)) {
      if (std::chrono::steady_clock::now() < end) continue;
      throw InputError("process ", rank, " of ", member.size, " has not come to ", place(member),
                       " within ", std::chrono::duration<double>(options.timeout).count(), " s");
    }
  }
}

std::unique_ptr<Watch> open_watch(c10d::Store& store, const Membership& member,
                                  const GroupOptions& options, const std::string& address) {
  Watch::Options how{.rank = member.rank,
                     .size = member.size,
                     .timeout = options.timeout,
                     .report = options.report};
  if (member.rank > 0) {
    how.token = text_of(store.get("token"));
    return std::make_unique<Watch>(std::move(how), text_of(store.get("watch_address")),
                                   std::stoll(text_of(store.get("watch_port"))));
  }
  how.token = random_token();
  store.set("token", bytes_of(how.token));
  auto watch = std::make_unique<Watch>(std::move(how), address);
  store.set("watch_address", bytes_of(address));
  store.set("watch_port", bytes_of(std::to_string(watch->port())));
  return watch;
}

class GlooGroup : public Group {
 public:
  GlooGroup(const Membership& member, const GroupOptions& options)
      : rank_(member.rank), size_(member.size), store_(open_store(member, options)) {
    wait_for_all(*store_, member, options);
    const std::string address = address_towards(member.host);
    watch_ = open_watch(*store_, member, options, address);
    auto how = c10d::ProcessGroupGloo::Options::create(options.timeout);
    how->devices = {c10d::ProcessGroupGloo::createDeviceForHostname(address)};
    gloo_ = c10::make_intrusive<c10d::ProcessGroupGloo>(store_, static_cast<int>(rank_),
                                                        static_cast<int>(size_), how);
  }

  int64_t rank() const override { return rank_; }
  int64_t size() const override { return size_; }

  void sum(torch::Tensor values) override {
    std::vector<torch::Tensor> list = {std::move(values)};
    exchange([&] { return gloo_->allreduce(list); });
  }

  void broadcast(torch::Tensor values, int64_t from) override {
    std::vector<torch::Tensor> list = {std::move(values)};
    c10d::BroadcastOptions how;
    how.rootRank = from;
    exchange([&] { return gloo_->broadcast(list, how); });
  }

  torch::Tensor gather(const torch::Tensor& own) override {
    torch::Tensor all = torch::empty({size_, own.numel()}, own.options());
    torch::Tensor flat = all.view({-1}), mine = own.contiguous();
    exchange([&] { return gloo_->_allgather_base(flat, mine); });
    return all;
  }

  // Process 0 keeps the store, and so is the last to leave.
  void meet() override {
    ++meetings_;
    say_here(*store_, 2 * meetings_, rank_);
    wait_at(2 * meetings_);
    say_here(*store_, 2 * meetings_ + 1, rank_);
    if (leads()) wait_at(2 * meetings_ + 1);
  }

  void fail(const std::string& error) override { watch_->fail(error); }

 private:
  // The watch knows of those who will never come.
  void wait_at(int64_t meeting) {
    for (int64_t rank = 0; rank < size_; ++rank) {
      while (!is_here(*store_, meeting, rank)) {
        if (const auto line = watch_->verdict()) throw InputError(*line);
      }
    }
  }

  template <class Start>
  void exchange(const Start& start) {
    watch_->count_exchange();
    try {
      start()->wait();
    } catch (const std::exception& error) {
      const auto line = watch_->blame();
      throw InputError(line ? *line : concatenate("an exchange failed: ", error.what()));
    }
  }

  int64_t rank_;
  int64_t size_;
  int64_t meetings_ = 0;
  Store store_;
  std::unique_ptr<Watch> watch_;
  c10::intrusive_ptr<c10d::ProcessGroupGloo> gloo_;
};

}  // namespace

std::unique_ptr<Group> join_group(const Membership& member, const GroupOptions& options) {
  try {
    return std::make_unique<GlooGroup>(member, options);
  } catch (const c10::Error& error) {
    throw InputError("process ", member.rank, " of ", member.size, " cannot join the others at ",
                     place(member), ": ", error.what_without_backtrace());
  }
}

}  // namespace nmt::distributed
