// nmt-train killed at random instants, stopped by signals, out of disk space: it goes on as if
// nothing had happened, to the bit.
//
// NMT_KILLS sets the number of kills (5; 20 is the longer run).

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <random>

#include "tests/programs/train_folder.h"

namespace nmt::programs::train_resume_test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

int number_of_kills() {
  const char* wanted = std::getenv("NMT_KILLS");
  return wanted == nullptr ? 5 : std::max(1, std::atoi(wanted));
}

// Everything that has state: dropout, σ, accumulation; records and validations that do not fall
// together with checkpoints; several epochs.
Words demanding(const TrainFolder& folder, const std::string& model_dir, int64_t updates) {
  return folder.train(model_dir) + Words{"--dropout", "0.2", "--attention-dropout", "0.1"} +
         Words{"--update-freq", "2", "--max-tokens", "300", "--save-every", "5"} +
         Words{"--validate-every", "7", "--valid-bleu-segments", "2"} +
         Words{"--max-updates", std::to_string(updates)};
}

Words resume_if_begun(const TrainFolder& folder, const std::string& model_dir) {
  const bool begun = std::filesystem::exists(folder.path(model_dir + "/run.jsonl.gz"));
  return begun ? Words{"--resume"} : Words{};
}

// A file of the newest checkpoint, without the checksum that ties the optimizer's state to a
// state.json, which holds times.
std::string newest_without_time(const TrainFolder& folder, const std::string& model_dir,
                                const std::string& file) {
  constexpr std::string_view kKey = "\"deepnmt.state\":\"";
  std::string bytes = folder.newest(model_dir, file);
  const size_t place = bytes.find(kKey);
  return place == std::string::npos ? bytes : bytes.erase(place + kKey.size(), 16);
}

void expect_same_end(const TrainFolder& folder, const std::string& a, const std::string& b) {
  EXPECT_EQ(folder.checkpoints(a).back(), folder.checkpoints(b).back());
  for (const char* file : {"model.safetensors", "optimizer.safetensors"}) {
    EXPECT_TRUE(newest_without_time(folder, a, file) == newest_without_time(folder, b, file))
        << file << " differs";
    EXPECT_FALSE(folder.newest(a, file).empty());
  }
  const std::string best = "/best/model.safetensors";
  EXPECT_TRUE(folder.read(a + best) == folder.read(b + best)) << "best differs";
}

class KilledRun {
 public:
  KilledRun(const TrainFolder& folder, int64_t updates) : folder_(folder), updates_(updates) {}

  // Waits for the log to reach `update`, then a random moment.
  void kill_after(int64_t update) {
    Process process(words(), {.folder = folder_.path()});
    process.wait_until([&] { return folder_.logged_update("killed") >= update; });
    pause(10'000);
    kill(process);
  }

  // Waits for the log to reach `update` and for the next checkpoint to be half-written.
  void kill_inside_writing(int64_t update) {
    Process process(words(), {.folder = folder_.path()});
    process.wait_until([&] { return folder_.logged_update("killed") >= update; });
    process.wait_until([&] { return !half_written().empty(); });
    pause(2'000);
    kill(process);
  }

  // Anywhere between the process's first instruction and `longest` later.
  void kill_within(std::chrono::microseconds longest) {
    Process process(words(), {.folder = folder_.path()});
    pause(longest.count());
    kill(process);
  }

  Words words() const {
    return demanding(folder_, "killed", updates_) + resume_if_begun(folder_, "killed");
  }

  int kills = 0, inside_writing = 0;
  std::mt19937 random{11};

 private:
  std::vector<std::string> half_written() const { return folder_.checkpoints("killed", true); }

  void pause(int64_t longest_microseconds) {
    std::uniform_int_distribution<int64_t> drawn(0, longest_microseconds);
    std::this_thread::sleep_for(std::chrono::microseconds(drawn(random)));
  }

  void kill(Process& process) {
    process.signal(SIGKILL);
    kills += process.wait().status == 128 + SIGKILL;
    inside_writing += !half_written().empty();
  }

  const TrainFolder& folder_;
  int64_t updates_;
};

TEST(TrainResume, KillsAtRandomInstantsChangeNothing) {
  const TrainFolder folder;
  const int planned = number_of_kills();
  const int64_t updates = 12 * planned;
  const auto begin = std::chrono::steady_clock::now();
  const Result whole = folder.run(demanding(folder, "whole", updates));
  const auto duration = std::chrono::steady_clock::now() - begin;
  ASSERT_EQ(whole.status, 0) << whole.errors;

  KilledRun run(folder, updates);
  for (int i = 0; i < planned; ++i) {
    const int64_t first = updates * i / planned;
    const int64_t update = first + run.random() % 6;
    if (i % 5 == 2) {
      run.kill_within(std::chrono::duration_cast<std::chrono::microseconds>(duration / planned));
    } else if (i % 2 == 1) {
      run.kill_inside_writing(update);
    } else {
      run.kill_after(update);
    }
  }
  EXPECT_EQ(run.kills, planned) << "the run ended before it could be killed";
  EXPECT_GE(run.inside_writing, std::max(1, planned / 4)) << "kills inside checkpoint writing";

  const Result last = folder.run(run.words());
  ASSERT_EQ(last.status, 0) << last.errors;
  expect_same_end(folder, "whole", "killed");
  EXPECT_EQ(folder.log("killed"), folder.log("whole"));
  EXPECT_THAT(folder.log("whole").back(), HasSubstr("max-updates"));
  EXPECT_TRUE(folder.checkpoints("killed", /*hidden=*/true).empty());
}

TEST(TrainResume, ASignalEndsTheUpdateAndSaves) {
  const TrainFolder folder;
  ASSERT_EQ(folder.run(demanding(folder, "whole", 60)).status, 0);
  for (const int number : {SIGTERM, SIGINT, SIGHUP, SIGUSR1}) {
    const std::string model = "signal-" + std::to_string(number);
    const Words words = demanding(folder, model, 60);
    Process process(words, {.folder = folder.path()});
    ASSERT_TRUE(process.wait_until([&] { return folder.logged_update(model) >= 6; }));
    process.signal(number);
    const Result stopped = process.wait();
    EXPECT_EQ(stopped.status, 0) << stopped.errors;
    EXPECT_THAT(stopped.output, HasSubstr("interrupted"));
    ASSERT_FALSE(folder.checkpoints(model).empty());
    EXPECT_NE(folder.checkpoints(model).back(), "update-00000060") << "the signal came too late";

    const Result resumed = folder.run(words + Words{"--resume"});
    EXPECT_EQ(resumed.status, 0) << resumed.errors;
    expect_same_end(folder, "whole", model);
    // Where the run was stopped there is one checkpoint more.
    EXPECT_EQ(folder.log(model, {"checkpoint"}), folder.log("whole", {"checkpoint"}));
  }
}

// The validation set is long and translated, so that a signal finds the program in it.
Words with_long_validation(const TrainFolder& folder, const std::string& model_dir) {
  for (const std::string language : {"en", "de"}) {
    std::string text;
    for (int i = 0; i < 4; ++i) text += folder.read("train." + language);
    folder.write("long." + language, text);
  }
  return folder.train(model_dir) + Words{"--valid-sets", "long.en", "long.de", "--log-every"} +
         Words{"1", "--validate-every", "3", "--save-every", "0", "--max-updates", "6"} +
         Words{"--valid-beam-size", "8"} + resume_if_begun(folder, model_dir);
}

TEST(TrainResume, ASignalInAValidationSavesAtOnce) {
  const TrainFolder folder;
  ASSERT_EQ(folder.run(with_long_validation(folder, "whole")).status, 0);
  Process process(with_long_validation(folder, "stopped"), {.folder = folder.path()});
  ASSERT_TRUE(process.wait_until([&] { return folder.logged_update("stopped") >= 3; }));
  process.signal(SIGTERM);
  EXPECT_THAT(process.wait().output, HasSubstr("interrupted"));
  EXPECT_EQ(folder.checkpoints("stopped"), Words{"update-00000003"});
  EXPECT_THAT(folder.log_text("stopped"), Not(HasSubstr("\"type\":\"valid\"")));
  ASSERT_EQ(folder.run(with_long_validation(folder, "stopped")).status, 0);
  expect_same_end(folder, "whole", "stopped");
  EXPECT_EQ(folder.log("stopped", {"checkpoint"}), folder.log("whole", {"checkpoint"}));
}

// Both validations, that of the end too: killed while the checkpoint before is written, then, by
// another process, once it is there.
TEST(TrainResume, AKillInAValidationLosesNothing) {
  const TrainFolder folder;
  ASSERT_EQ(folder.run(with_long_validation(folder, "whole")).status, 0);
  const auto last = [&](bool hidden) {
    const Words names = folder.checkpoints("killed", hidden);
    return names.empty() ? "" : names.back();
  };
  for (const std::string update : {"3", "6"}) {
    const std::string name = "update-0000000" + update;
    const std::string validation = "{\"type\":\"valid\",\"update\":" + update;
    for (const bool half_written : {true, false}) {
      Process process(with_long_validation(folder, "killed"), {.folder = folder.path()});
      ASSERT_TRUE(process.wait_until([&] {
        return half_written ? last(true).find(name) != std::string::npos : last(false) == name;
      }));
      process.signal(SIGKILL);
      EXPECT_EQ(process.wait().status, 128 + SIGKILL);
      EXPECT_THAT(folder.log_text("killed"), Not(HasSubstr(validation)));
    }
    EXPECT_EQ(last(false), name);
    EXPECT_THAT(folder.newest("killed", "state.json"), HasSubstr("\"validation_due\": true"));
  }
  const Result end = folder.run(with_long_validation(folder, "killed"));
  ASSERT_EQ(end.status, 0) << end.errors;
  expect_same_end(folder, "whole", "killed");
  EXPECT_EQ(folder.log("killed"), folder.log("whole"));
}

TEST(TrainResume, MaxTokensAutoIsSettledOnce) {
  const TrainFolder folder;
  const auto words = [&](const char* updates) {
    return folder.train("model") + Words{"--max-tokens", "auto", "--max-updates", updates};
  };
  ASSERT_EQ(folder.run(words("2")).status, 0);
  const auto settled = [&] {
    return nlohmann::json::parse(folder.newest("model", "state.json"))["config"]["max-tokens"];
  };
  EXPECT_EQ(settled(), 16384) << "a small model under any memory";
  EXPECT_THAT(folder.log("model").front(), HasSubstr("\"max-tokens\":16384"));
  const Result resumed = folder.run(words("4") + Words{"--resume"});
  EXPECT_EQ(resumed.status, 0) << resumed.errors;
  EXPECT_EQ(settled(), 16384);
  EXPECT_EQ(folder.logged_update("model"), 4);
}

TEST(TrainResume, TheSameTextElsewhereIsTheSameRun) {
  const TrainFolder folder;
  ASSERT_EQ(folder.run(folder.train("model") + Words{"--max-updates", "2"}).status, 0);
  const auto resume = [&](int64_t updates, const Words& changes, const std::string& from) {
    const Words words = Words{NMT_TRAIN, "--resume", "--model-dir", folder.path("model")} +
                        Words{"--max-updates", std::to_string(updates)} + changes;
    const Result result = programs::run(words, {.folder = folder.path(from)});
    EXPECT_EQ(result.status, 0) << result.errors;
    EXPECT_THAT(result.output, HasSubstr("goes on with "));
    EXPECT_THAT(result.output, Not(HasSubstr("toy grammar")));
    EXPECT_EQ(folder.logged_update("model"), updates);
  };
  std::filesystem::create_directory(folder.path("moved"));
  resume(3, {}, "moved");  // The saved paths do not depend on where the program runs.
  for (const char* name : {"train.en", "train.de", "valid.en", "valid.de"}) {
    std::filesystem::rename(folder.path(name), folder.path(std::string("moved/") + name));
  }
  resume(4, {"--train-sets", "train.en", "train.de", "--valid-sets", "valid.en", "valid.de"},
         "moved");
  resume(5, {}, ".");
}

TEST(TrainResume, ADiskThatIsFullLeavesTheLastCheckpointWhole) {
  const TrainFolder folder;
  // Wide enough for weights to be larger than the vocabulary and the log.
  const Words words = demanding(folder, "model", 20) + Words{"--log-every", "100"} +
                      Words{"--d-model", "64", "--ffn-dim", "128"};
  ASSERT_EQ(folder.run(words + Words{"--max-updates", "5"}).status, 0);
  const std::string model = folder.newest("model", "model.safetensors");
  const std::string optimizer = folder.newest("model", "optimizer.safetensors");
  const Result full = programs::run(words + Words{"--resume"},
                                    {.folder = folder.path(), .largest_file = model.size() + 10});
  EXPECT_EQ(full.status, 1);
  EXPECT_THAT(full.errors, HasSubstr("nmt-train: error: "));
  EXPECT_THAT(full.errors, HasSubstr("optimizer.safetensors: cannot write: "));
  EXPECT_EQ(folder.checkpoints("model").back(), "update-00000005");
  EXPECT_EQ(folder.newest("model", "model.safetensors"), model);
  EXPECT_EQ(folder.newest("model", "optimizer.safetensors"), optimizer);

  const Result resumed = folder.run(words + Words{"--resume"});
  EXPECT_EQ(resumed.status, 0) << resumed.errors;
  EXPECT_EQ(folder.checkpoints("model").back(), "update-00000020");
}

}  // namespace
}  // namespace nmt::programs::train_resume_test
