// A process that does nothing but save is killed at random instants: what is on the disk is always
// whole, and never older than what was there before.

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <random>
#include <thread>

#include "data/text/staged_folder.h"
#include "nmt/checkpoint/checkpoint_set.h"
#include "tests/nmt/checkpoint/small_model.h"
#include "tests/testing/temp_folder.h"

namespace nmt::checkpoint::checkpoint_kill_test {
namespace {

constexpr int kKills = 40;

// Goes on after the newest checkpoint until killed, as a resumed run does.
[[noreturn]] void save_for_ever(const CheckpointSet& set, const std::string& best) {
  at::set_num_threads(1);  // The pool of threads did not come along through fork.
  text::remove_leftovers(std::filesystem::path(best).parent_path().string());
  const auto newest = set.newest();
  for (int64_t update = newest ? newest->update + 1 : 1;; ++update) {
    publish_model(set.save(update, small_model(update), small_state(update)), best);
    set.prune(2);
  }
}

// Every value in the folder is that of one update, which is returned.
int64_t update_of_whole_model(const std::string& folder) {
  const ModelFolder model = load_model(folder);
  const auto update = static_cast<int64_t>(model.tensors[0].second[0][0].item<float>());
  expect_same(model.tensors, small_model(update).tensors);
  EXPECT_EQ(model.vocabulary, small_model().vocabulary);
  return update;
}

TEST(CheckpointKill, AKillAtAnyInstantLeavesTheNewestCheckpointAndBestWhole) {
  const nmt::testing::TempFolder temp;
  const CheckpointSet set(temp.path("model/checkpoints"));
  const std::string best = temp.path("model/best");
  set.save(1, small_model(1), small_state(1));
  publish_model(set.newest()->folder, best);
  std::mt19937 random(7);
  std::uniform_int_distribution<int> microseconds(0, 30000);
  int64_t last = 1, last_best = 1, inside_writing = 0;
  for (int kill = 0; kill < kKills; ++kill) {
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) save_for_ever(set, best);
    std::this_thread::sleep_for(std::chrono::microseconds(microseconds(random)));
    ::kill(child, SIGKILL);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status)) << "the saving process ended by itself";

    const auto newest = set.newest();
    ASSERT_TRUE(newest.has_value());
    EXPECT_GE(newest->update, last);
    EXPECT_EQ(update_of_whole_model(newest->folder), newest->update);
    const TrainingState training = load_training_state(newest->folder);
    EXPECT_EQ(training.state, small_state(newest->update).state);
    expect_same(training.optimizer, small_state(newest->update).optimizer);
    for (const auto& entry : std::filesystem::directory_iterator(set.root())) {
      inside_writing += entry.path().filename().string().starts_with('.');
    }
    // Where the file system cannot exchange two names, `best` may lie aside.
    text::remove_leftovers(temp.path("model"));
    const int64_t now_best = update_of_whole_model(best);
    EXPECT_GE(now_best, last_best);
    EXPECT_LE(now_best, newest->update);
    last = newest->update;
    last_best = now_best;
  }
  EXPECT_GT(last, 1) << "no checkpoint was ever finished";
  EXPECT_GE(inside_writing, 5) << "too few kills hit the writing of a checkpoint";
}

}  // namespace
}  // namespace nmt::checkpoint::checkpoint_kill_test
