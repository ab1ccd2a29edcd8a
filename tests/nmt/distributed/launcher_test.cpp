// launch(), with shells as its processes.

#include "nmt/distributed/launcher.h"

#include <gtest/gtest.h>

#include <thread>

#include "tests/testing/temp_folder.h"

namespace nmt::distributed::launcher_test {
namespace {

class LauncherTest : public ::testing::Test {
 protected:
  LaunchPlan plan(const std::string& script, int64_t processes = 3) {
    const std::string begin = "cd " + folder.path() + "; ";
    LaunchPlan plan{.words = {"/bin/sh", "-c", begin + script}, .processes = processes};
    plan.words_again = [this, begin] {
      return std::vector<std::string>{"/bin/sh", "-c", begin + again};
    };
    plan.notice = [this](const std::string& line) { notices.push_back(line); };
    return plan;
  }

  nmt::testing::TempFolder folder;
  std::string again;
  std::vector<std::string> notices;
  std::atomic<bool> stop = false;
};

TEST_F(LauncherTest, TellsEachProcessWhoItIs) {
  EXPECT_EQ(launch(plan("echo $RANK $WORLD_SIZE $LOCAL_RANK $LOCAL_WORLD_SIZE $MASTER_ADDR "
                        "${MASTER_PORT:+port} ${NMT_RENDEZVOUS_DESCRIPTOR:+open} > $RANK"),
                   stop),
            0);
  EXPECT_EQ(folder.read("0"), "0 3 0 3 127.0.0.1 port open\n");
  EXPECT_EQ(folder.read("2"), "2 3 2 3 127.0.0.1 port\n");
}

TEST_F(LauncherTest, ReturnsTheStatusThatCameFirst) {
  EXPECT_EQ(launch(plan("[ $RANK = 1 ] && exit 7; sleep 0.3; exit 5"), stop), 7);
  EXPECT_EQ(launch(plan("[ $RANK = 1 ] && kill -9 $$; sleep 0.3; exit 5"), stop), 1);
}

TEST_F(LauncherTest, DoesNotWaitForOnesThatHang) {
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(launch(plan("[ $RANK = 1 ] && exit 3; exec sleep 60"), stop), 3);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(20));
}

TEST_F(LauncherTest, PassesAStopOn) {
  std::thread later([this] {
    while (folder.read("2").empty()) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    stop = true;
  });
  const int status = launch(
      plan("trap 'echo asked > $RANK; exit 0' TERM; echo up > $RANK; while :; do sleep 0.05; done"),
      stop);
  later.join();
  EXPECT_EQ(status, 0);
  for (const char* rank : {"0", "1", "2"}) EXPECT_EQ(folder.read(rank), "asked\n");
}

TEST_F(LauncherTest, StartsAgainAsOftenAsItMay) {
  again = "echo $RANK >> again; exit 0";
  LaunchPlan twice = plan("[ $RANK = 0 ] && exit 4; exit 0", 2);
  EXPECT_EQ(launch(twice, stop), 4);
  EXPECT_TRUE(notices.empty());
  twice.max_restarts = 2;
  EXPECT_EQ(launch(twice, stop), 0);
  ASSERT_EQ(notices.size(), 1);
  EXPECT_NE(notices[0].find("exit status 4; restart 1 of 2"), std::string::npos) << notices[0];
  EXPECT_EQ(folder.read("again").size(), 4);
  again = "exit 6";
  EXPECT_EQ(launch(twice, stop), 6);
  EXPECT_EQ(notices.size(), 3);
}

TEST_F(LauncherTest, DoesNotRepeatAWrongCommandLine) {
  LaunchPlan wrong = plan("exit 2");
  wrong.max_restarts = 5;
  EXPECT_EQ(launch(wrong, stop), 2);
  EXPECT_TRUE(notices.empty());
}

}  // namespace
}  // namespace nmt::distributed::launcher_test
