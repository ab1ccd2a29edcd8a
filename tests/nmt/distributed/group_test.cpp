// Three members of a group, each in a thread, against sums made here.

#include "nmt/distributed/group.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <exception>
#include <thread>

#include "data/text/error.h"
#include "nmt/distributed/agreement.h"
#include "nmt/distributed/bucketed_sum.h"
#include "nmt/distributed/line_socket.h"

namespace nmt::distributed::group_test {
namespace {

constexpr int64_t kSize = 3;

// Runs `body` in every member; throws what the first of them has thrown.
void in_each(const std::function<void(Communicator&)>& body) {
  int64_t port = 0;
  const text::Descriptor socket = listen_at("127.0.0.1", port);
  std::vector<std::thread> threads;
  std::vector<std::exception_ptr> errors(kSize);
  for (int64_t rank = 0; rank < kSize; ++rank) {
    threads.emplace_back([&, rank] {
      try {
        Membership member{.rank = rank, .size = kSize, .host = "127.0.0.1", .port = port};
        if (rank == 0) member.descriptor = ::dup(socket.get());
        const auto group = join_group(member, {.timeout = std::chrono::seconds(20)});
        body(*group);
        group->meet();
      } catch (...) {
        errors[rank] = std::current_exception();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::exception_ptr& error : errors) {
    if (error) std::rethrow_exception(error);
  }
}

torch::Tensor numbers(int64_t rank, int64_t count) {
  return torch::arange(count, torch::kFloat32) + static_cast<float>(100 * rank);
}

TEST(Group, AddsUpBroadcastsAndGathers) {
  in_each([](Communicator& team) {
    torch::Tensor sum = numbers(team.rank(), 7);
    team.sum(sum);
    EXPECT_TRUE(sum.equal(3 * torch::arange(7, torch::kFloat32) + 300));
    torch::Tensor told = numbers(team.rank(), 5);
    team.broadcast(told, 2);
    EXPECT_TRUE(told.equal(numbers(2, 5)));
    const torch::Tensor all = team.gather(numbers(team.rank(), 4));
    for (int64_t rank = 0; rank < kSize; ++rank) EXPECT_TRUE(all[rank].equal(numbers(rank, 4)));
  });
}

TEST(Group, TellsTextsAndListsOfAnyLength) {
  in_each([](Communicator& team) {
    const std::string own(static_cast<size_t>(team.rank() * 3), 'a');
    EXPECT_THAT(gather_texts(team, own), ::testing::ElementsAre("", "aaa", "aaaaaa"));
    EXPECT_EQ(broadcast_text(team, team.leads() ? std::string("a\0b", 3) : "ignored"),
              std::string("a\0b", 3));
    EXPECT_EQ(broadcast_text(team, ""), "");
    const std::vector<double> list(static_cast<size_t>(team.rank()), 0.5);
    const auto lists = gather_numbers(team, list);
    ASSERT_EQ(lists.size(), 3);
    EXPECT_TRUE(lists[0].empty());
    EXPECT_THAT(lists[2], ::testing::ElementsAre(0.5, 0.5));
  });
}

TEST(Group, AddsUpInBucketsOfAnySize) {
  for (const int64_t bucket : {1, 10, 1000}) {
    in_each([bucket](Communicator& team) {
      std::vector<torch::Tensor> tensors;
      for (const int64_t count : {3, 8, 1, 20, 2}) {
        tensors.push_back(numbers(team.rank(), count).view({1, count}));
      }
      sum_in_buckets(team, tensors, bucket);
      for (const torch::Tensor& one : tensors) {
        const torch::Tensor wanted =
            (3 * torch::arange(one.numel(), torch::kFloat32) + 300).view({1, -1});
        EXPECT_TRUE(one.equal(wanted)) << one;
      }
    });
  }
}

TEST(Group, Agrees) {
  in_each([](Communicator& team) {
    const Wishes now = agree(team, {.stop = team.rank() == 2, .seconds = 10.0 + team.rank()});
    EXPECT_TRUE(now.stop);
    EXPECT_EQ(now.seconds, 10.0);
    EXPECT_FALSE(in_any(team, false));
    EXPECT_TRUE(in_any(team, team.rank() == 1));
  });
}

TEST(Group, SaysWhoHasNotCome) {
  int64_t port = 0;
  const text::Descriptor socket = listen_at("127.0.0.1", port);
  const Membership member{
      .size = 2, .host = "127.0.0.1", .port = port, .descriptor = ::dup(socket.get())};
  try {
    join_group(member, {.timeout = std::chrono::milliseconds(300)});
    FAIL() << "joined a group of one";
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr("process 1 of 2 has not come to 127.0.0.1:"));
  }
}

TEST(Alone, KeepsWhatItHas) {
  torch::Tensor sum = numbers(1, 3);
  alone().sum(sum);
  EXPECT_TRUE(sum.equal(numbers(1, 3)));
  EXPECT_TRUE(alone().gather(sum)[0].equal(sum));
  EXPECT_THAT(gather_texts(alone(), "x"), ::testing::ElementsAre("x"));
  EXPECT_EQ(broadcast_text(alone(), "y"), "y");
}

}  // namespace
}  // namespace nmt::distributed::group_test
