// nmt-sweep with the real nmt-train: whole sweeps, killed, interrupted, repeated, and runs that go
// wrong.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "nmt/train/folder_lock.h"
#include "tests/programs/train_folder.h"

namespace nmt::programs::sweep_test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

namespace fs = std::filesystem;

size_t count(const std::string& text, const std::string& part) {
  size_t found = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

class SweepTest : public ::testing::Test {
 protected:
  // preln and postln at 1L, of width 16, over the folder's 120 pairs.
  Words sweep(const Words& flags, const Words& of_training = {}) const {
    return Words{NMT_SWEEP, "--runs",           "runs", "--variants", "preln,postln", "--depths",
                 "1L",      "--learning-rates", "0.01"} +
           flags + Words{"--"} + folder_.sets() +
           Words{"--d-model", "16", "--ffn-dim", "32", "--heads", "2", "--vocab-size", "120"} +
           Words{"--max-tokens", "600", "--warmup-updates", "5", "--log-every", "1"} +
           Words{"--valid-bleu-segments", "2", "--save-every", "0", "--keep-last", "1"} +
           of_training;
  }

  // A program that notes its process in the file `starts`, does `before` and becomes nmt-train.
  std::string noting(const std::string& before = "") const {
    const std::string path = folder_.write(
        "train.sh", "#!/bin/sh\necho $$ >> starts\n" + before + "\nexec " NMT_TRAIN " \"$@\"\n");
    fs::permissions(path, fs::perms::owner_all);
    return path;
  }

  std::vector<pid_t> starts() const {
    std::istringstream lines(folder_.read("starts"));
    std::vector<pid_t> processes;
    for (pid_t process; lines >> process;) processes.push_back(process);
    return processes;
  }

  // Each run in one piece: one start record, one end.
  void expect_whole(const std::string& run, const std::string& reason = "max-updates") const {
    const std::string log = folder_.log_text("runs/" + run);
    EXPECT_EQ(count(log, "{\"type\":\"config\""), 1u) << run;
    EXPECT_EQ(count(log, "{\"type\":\"end\""), 1u) << run;
    EXPECT_THAT(log, HasSubstr("\"reason\":\"" + reason + "\"")) << run;
  }

  std::string state(const std::string& run) const {
    const auto study = nlohmann::json::parse(folder_.read("runs/study.json"));
    for (const auto& entry : study["runs"]) {
      if (entry["folder"] == run) return entry["state"];
    }
    return "";
  }

  TrainFolder folder_;
};

TEST_F(SweepTest, TrainsEveryCellAndSkipsWhatIsDone) {
  const Words limits = {"--max-updates", "3"};
  const Words flags = {"--seeds", "1,2", "--nmt-train", noting()};
  const Result first = folder_.run(sweep(flags, limits));
  ASSERT_EQ(first.status, 0) << first.errors << first.output;
  EXPECT_THAT(first.output,
              AllOf(HasSubstr("4 of 4 have a result: 4 done\n"), HasSubstr("nmt-report runs")));
  for (const char* run : {"preln-1L/lr0.01-seed1", "preln-1L/lr0.01-seed2",
                          "postln-1L/lr0.01-seed1", "postln-1L/lr0.01-seed2"}) {
    expect_whole(run);
    EXPECT_EQ(state(run), "done");
    EXPECT_THAT(folder_.read(std::string("runs/") + run + "/console.log"),
                HasSubstr("end after update 3"));
  }
  EXPECT_EQ(starts().size(), 4u);
  const Result second = folder_.run(sweep(flags, limits));
  EXPECT_EQ(second.status, 0) << second.errors;
  EXPECT_EQ(starts().size(), 4u);
  EXPECT_THAT(second.output, HasSubstr("4 of 4 have a result: 4 done\n"));
}

TEST_F(SweepTest, AKilledSweepLeavesARunThatTheNextOneWaitsFor) {
  const Words flags = {"--jobs", "2", "--nmt-train", noting()};
  const Words limits = {"--max-updates", "150"};
  Words one_job = sweep(flags, limits);
  one_job[std::find(one_job.begin(), one_job.end(), "--jobs") - one_job.begin() + 1] = "1";
  {
    Process killed(one_job, {.folder = folder_.path()});
    ASSERT_TRUE(
        killed.wait_until([&] { return folder_.logged_update("runs/preln-1L/lr0.01-seed1") > 0; }));
    killed.signal(SIGKILL);
    killed.wait();
  }
  ASSERT_EQ(starts().size(), 1u);
  ASSERT_EQ(::kill(starts()[0], SIGSTOP), 0);  // So that it is there while the next sweep begins.
  Process next(sweep(flags, limits), {.folder = folder_.path()});
  const bool other_started = next.wait_until([&] { return starts().size() == 2; });
  ::kill(starts()[0], SIGCONT);
  ASSERT_TRUE(other_started);
  const Result result = next.wait();
  EXPECT_EQ(result.status, 0) << result.errors << result.output;
  EXPECT_THAT(result.output, HasSubstr("waits for another process in preln-1L/lr0.01-seed1"));
  EXPECT_EQ(starts().size(), 2u);
  expect_whole("preln-1L/lr0.01-seed1");
  expect_whole("postln-1L/lr0.01-seed1");
}

TEST_F(SweepTest, AKilledRunIsGoneOnWithFromItsCheckpoint) {
  const Words flags = {"--variants", "preln", "--nmt-train", noting()};
  const Words limits = {"--max-updates", "150", "--save-every", "5"};
  {
    Process killed(sweep(flags, limits), {.folder = folder_.path()});
    ASSERT_TRUE(killed.wait_until(
        [&] { return folder_.logged_update("runs/preln-1L/lr0.01-seed1") > 20; }));
    killed.signal(SIGKILL);
    killed.wait();
  }
  ASSERT_EQ(::kill(starts().at(0), SIGKILL), 0);
  const Result result = folder_.run(sweep(flags, limits));
  EXPECT_EQ(result.status, 0) << result.errors << result.output;
  EXPECT_THAT(result.output, HasSubstr("resumes preln-1L/lr0.01-seed1"));
  expect_whole("preln-1L/lr0.01-seed1");
  EXPECT_EQ(starts().size(), 2u);
}

TEST_F(SweepTest, ASignalStopsTheRunsWithACheckpointAndTheNextSweepGoesOn) {
  const Words flags = {"--jobs", "2", "--nmt-train", noting()};
  const Words limits = {"--max-updates", "300"};
  Process sweep_process(sweep(flags, limits), {.folder = folder_.path()});
  ASSERT_TRUE(sweep_process.wait_until([&] {
    return folder_.logged_update("runs/preln-1L/lr0.01-seed1") > 0 &&
           folder_.logged_update("runs/postln-1L/lr0.01-seed1") > 0;
  }));
  sweep_process.signal(SIGINT);
  const Result stopped = sweep_process.wait();
  EXPECT_EQ(stopped.status, 1);
  EXPECT_THAT(stopped.output, HasSubstr("The same command goes on where this one ended."));
  for (const char* run : {"preln-1L/lr0.01-seed1", "postln-1L/lr0.01-seed1"}) {
    expect_whole(run, "interrupted");
    EXPECT_EQ(folder_.checkpoints(std::string("runs/") + run).size(), 1u);
    EXPECT_EQ(state(run), "interrupted");
  }
  const Result resumed = folder_.run(sweep(flags, limits));
  EXPECT_EQ(resumed.status, 0) << resumed.errors << resumed.output;
  EXPECT_THAT(resumed.output, HasSubstr("resumes postln-1L/lr0.01-seed1"));
  expect_whole("preln-1L/lr0.01-seed1");
  expect_whole("postln-1L/lr0.01-seed1");
}

TEST_F(SweepTest, ARunThatGoesWrongIsAResult) {
  folder_.write("bad.study",
                "variants = preln postln\ndepths = 1L\nlearning-rates = 0.01\nmax-updates = 9\n"
                "d-model = 16\nffn-dim = 32\nheads = 2\nvocab-size = 120\nmax-tokens = 600\n"
                "train-sets = train.en train.de\nvalid-sets = valid.en valid.de\n"
                "[postln-*]\nlearning-rates = 1e37\nwarmup-updates = 0\nmax-bad-updates = 2\n");
  const Result result = folder_.run({NMT_SWEEP, "bad.study"});
  EXPECT_EQ(result.status, 0) << result.errors << result.output;
  expect_whole("bad/postln-1L/lr1e+37-seed1", "non-finite");
  const auto study = nlohmann::json::parse(folder_.read("runs/bad/study.json"));
  EXPECT_EQ(study["runs"][0]["state"], "done");
  EXPECT_EQ(study["runs"][1]["state"], "diverged");
  EXPECT_THAT(result.output, HasSubstr("2 of 2 have a result: 1 diverged, 1 done; DV 1/1\n"));
}

TEST_F(SweepTest, ACrashIsTriedOnceMoreAndThenReported) {
  const auto crashing = [&](const std::string& how) {
    fs::remove(folder_.path("starts"));
    fs::remove_all(folder_.path("runs"));
    return folder_.run(sweep({"--nmt-train", noting(how)}, {"--max-updates", "2"}));
  };
  const Result failed = crashing("exit 1");
  EXPECT_EQ(failed.status, 1);
  EXPECT_EQ(starts().size(), 4u);
  EXPECT_THAT(failed.output, AllOf(HasSubstr("preln-1L/lr0.01-seed1: no result, exit status 1; see "
                                             "runs/preln-1L/lr0.01-seed1/console.log\n"),
                                   HasSubstr("0 of 2 have a result; 2 no result\n")));
  EXPECT_THAT(crashing("kill -9 $$").output, HasSubstr("no result, signal 9 (Killed)"));

  EXPECT_EQ(crashing("exit 2").status, 1);  // Wrong settings stay wrong.
  EXPECT_EQ(starts().size(), 2u);

  const Result second_try =
      crashing("mkdir \"once-$(echo $1 | tr -d /)\" 2>/dev/null && kill -9 $$");
  EXPECT_EQ(second_try.status, 0) << second_try.output;
  EXPECT_EQ(starts().size(), 4u);
  EXPECT_THAT(second_try.output, HasSubstr("2 of 2 have a result: 2 done\n"));
}

TEST_F(SweepTest, OtherSettingsAreRefusedWithBothValues) {
  ASSERT_EQ(folder_.run(sweep({}, {"--max-updates", "2"})).status, 0);
  const Words changed = {"--max-updates", "4", "--heads", "4", "--threads", "2"};
  const Result refused = folder_.run(sweep({}, changed));
  EXPECT_EQ(refused.status, 1);
  EXPECT_THAT(refused.errors,
              AllOf(HasSubstr("runs/postln-1L/lr0.01-seed1: heads (was 2, now 4), max-updates (was "
                              "2, now 4)\n"),
                    HasSubstr("--ignore-changes"), Not(HasSubstr("threads"))));
  const Result ignored = folder_.run(sweep({"--ignore-changes"}, changed));
  EXPECT_EQ(ignored.status, 0) << ignored.errors;
  EXPECT_EQ(folder_.logged_update("runs/preln-1L/lr0.01-seed1"), 2);
}

TEST_F(SweepTest, WhatNoSweepMadeIsLeftAlone) {
  fs::create_directories(folder_.path("runs/preln-1L/lr0.01-seed1"));
  folder_.write("runs/preln-1L/lr0.01-seed1/thesis.tex", "years of work");
  const Result result = folder_.run(sweep({}, {"--max-updates", "2"}));
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.errors,
              AllOf(HasSubstr("runs/preln-1L/lr0.01-seed1: is not empty"), HasSubstr("--runs")));
  EXPECT_EQ(folder_.read("runs/preln-1L/lr0.01-seed1/thesis.tex"), "years of work");
}

TEST_F(SweepTest, OneSweepAFolder) {
  fs::create_directories(folder_.path("runs"));
  const train::FolderLock other(folder_.path("runs"));
  const Result result = folder_.run(sweep({}, {"--max-updates", "2"}));
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.errors, HasSubstr("another nmt-sweep works in it"));
}

TEST_F(SweepTest, MemoryLimitsWhatRunsAtATime) {
  // Each process waits for another one, so that it comes to its end at once only beside one.
  const std::string together = noting(
      "for i in 1 2 3 4 5 6 7 8 9 10; do [ $(wc -l <starts) -ge 2 ] && touch pair; sleep 0.1; "
      "done");
  const Words limits = {"--max-updates", "2"};
  const Result alone =
      folder_.run(sweep({"--jobs", "2", "--memory", "0.5", "--nmt-train", together}, limits));
  EXPECT_EQ(alone.status, 0) << alone.errors;
  EXPECT_THAT(alone.output, Not(HasSubstr("2 running")));
  fs::remove_all(folder_.path("runs"));
  fs::remove(folder_.path("starts"));
  fs::remove(folder_.path("pair"));
  const Result pair =
      folder_.run(sweep({"--jobs", "2", "--memory", "2", "--nmt-train", together}, limits));
  EXPECT_EQ(pair.status, 0) << pair.errors;
  EXPECT_LT(pair.output.find("starts postln"), pair.output.find(": done"));
}

TEST_F(SweepTest, ADryRunTouchesNothing) {
  const Result result = folder_.run(sweep({"--dry-run"}, {"--max-updates", "2"}));
  EXPECT_EQ(result.status, 0) << result.errors;
  EXPECT_THAT(result.output, HasSubstr("runs/preln-1L/lr0.01-seed1: start, 1 threads, at most 0."));
  EXPECT_FALSE(fs::exists(folder_.path("runs")));
}

TEST_F(SweepTest, WrongUseIsStatusTwo) {
  EXPECT_EQ(folder_.run({NMT_SWEEP, "absent.study"}).status, 1);
  const auto usage = [&](const Words& words) {
    const Result result = folder_.run(Words{NMT_SWEEP} + words);
    EXPECT_EQ(result.status, 2) << result.output;
    return result.errors;
  };
  EXPECT_THAT(usage({"--variants", "preln", "--depths", "1L"}), HasSubstr("--runs is missing"));
  EXPECT_THAT(usage({"--variants", "perln", "--depths", "1L", "--runs", "r"}),
              HasSubstr("did you mean preln-6L?"));
  EXPECT_THAT(usage({"--runs", "r", "--nmt-train", "train.en"}), HasSubstr("no program"));
  EXPECT_THAT(usage({"--runs", "r", "--", "--max-update", "3"}),
              HasSubstr("did you mean --max-updates?"));
  EXPECT_THAT(usage({"--runs", "r", "--", "--seed", "3"}), HasSubstr("write seeds"));
  folder_.write("typo.study", "variants = preln\ndepths = 1L\n\nd-modl = 16\n");
  EXPECT_THAT(usage({"typo.study"}),
              HasSubstr("typo.study:4: unknown key 'd-modl'; did you mean d-model?"));
}

}  // namespace
}  // namespace nmt::programs::sweep_test
