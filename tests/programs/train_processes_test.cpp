// nmt-train as several processes: the bytes of one process with as many threads, whatever is killed
// or stopped on the way.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <random>

#include "tests/programs/train_folder.h"

namespace nmt::programs::train_processes_test {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;

Words with(Words words, const std::string& flag, const std::string& value) {
  const auto place = std::find(words.begin(), words.end(), flag);
  if (place == words.end()) return words + Words{flag, value};
  *(place + 1) = value;
  return words;
}

Words as_processes(const Words& words, int64_t processes, int64_t threads = 1) {
  return with(words, "--threads", std::to_string(threads)) +
         Words{"--processes", std::to_string(processes)};
}

Words saving(const TrainFolder& folder, const std::string& model_dir, int64_t updates) {
  return folder.train(model_dir) +
         Words{"--dropout", "0.2", "--save-every", "5", "--validate-every", "7"} +
         Words{"--valid-bleu-segments", "2", "--statistics-every", "4", "--update-freq", "2"} +
         Words{"--max-updates", std::to_string(updates)};
}

// The children of `parent`, in the order in which they were started.
std::vector<pid_t> children(pid_t parent) {
  std::ifstream file("/proc/" + std::to_string(parent) + "/task/" + std::to_string(parent) +
                     "/children");
  std::vector<pid_t> list;
  for (pid_t one = 0; file >> one;) list.push_back(one);
  return list;
}

// Without the checksum that ties the optimizer's state to a state.json, which holds times.
std::string optimizer_of(const TrainFolder& folder, const std::string& model_dir) {
  constexpr std::string_view kKey = "\"deepnmt.state\":\"";
  std::string bytes = folder.newest(model_dir, "optimizer.safetensors");
  const size_t place = bytes.find(kKey);
  return place == std::string::npos ? bytes : bytes.erase(place + kKey.size(), 16);
}

std::vector<std::string> log_without_machine(const TrainFolder& folder,
                                             const std::string& model_dir) {
  std::vector<std::string> lines;
  for (const std::string& line : folder.log(model_dir, {"checkpoint"})) {
    nlohmann::ordered_json json = nlohmann::ordered_json::parse(line);
    if (json.contains("config")) json["config"].erase("threads");
    json.erase("memory_bytes");
    lines.push_back(json.dump());
  }
  return lines;
}

void expect_same_run(const TrainFolder& folder, const std::string& a, const std::string& b) {
  ASSERT_FALSE(folder.newest(a, "model.safetensors").empty());
  EXPECT_TRUE(folder.newest(a, "model.safetensors") == folder.newest(b, "model.safetensors"));
  EXPECT_TRUE(optimizer_of(folder, a) == optimizer_of(folder, b));
  EXPECT_TRUE(log_without_machine(folder, a) == log_without_machine(folder, b)) << "another log";
}

struct Case {
  std::string arch;
  Words flags;
};

void PrintTo(const Case& one, std::ostream* out) {
  *out << one.arch;
  for (const std::string& word : one.flags) *out << ' ' << word;
}

class Processes : public ::testing::TestWithParam<Case> {};

TEST_P(Processes, GiveTheBytesOfThreads) {
  const TrainFolder folder;
  const auto command = [&](const std::string& model_dir) {
    Words words = with(saving(folder, model_dir, 10), "--arch", GetParam().arch);
    const Words& flags = GetParam().flags;
    for (size_t i = 0; i < flags.size(); i += 2) words = with(words, flags[i], flags[i + 1]);
    return words;
  };
  ASSERT_EQ(folder.run(command("threads")).status, 0);
  const Result result = folder.run(as_processes(command("processes"), 2));
  ASSERT_EQ(result.status, 0) << result.errors;
  EXPECT_EQ(result.errors, "");
  expect_same_run(folder, "threads", "processes");
}

// Every scheme, parametrisation, optimizer and switch at least once, in pairs that differ.
INSTANTIATE_TEST_SUITE_P(
    Drawn, Processes,
    ::testing::Values(
        Case{"postln-sigma-2L-1L", {"--attention-dropout", "0.1", "--recompute", "true"}},
        Case{"preln-2L-1L", {"--subword-sampling", "0.2", "--optimizer", "lamb"}},
        Case{"deepnorm-2L-1L", {"--optimizer", "lars", "--clip-norm", "0"}},
        Case{"admin-weightnorm-1L-2L", {"--tie-embeddings", "two-way"}},
        Case{"rezero-spectralnorm-1L-1L", {"--activation", "swiglu", "--track-attention", "false"}},
        Case{"nonorm-sigma-1L-1L", {"--optimizer", "sgd"}},
        Case{"layerscale-qknorm-1L-1L", {"--max-tokens", "300", "--update-freq", "3"}},
        Case{"b2t-sigma-2L-2L", {"--backend", "reference"}}));

TEST(TrainProcesses, OfThreeAgreeAndLearnTheSame) {
  const TrainFolder folder;
  const Words words = saving(folder, "threads", 10);
  ASSERT_EQ(folder.run(with(words, "--threads", "3")).status, 0);
  const Result result = folder.run(as_processes(with(words, "--model-dir", "processes"), 3));
  ASSERT_EQ(result.status, 0) << result.errors;
  const auto last_loss = [&](const std::string& model_dir) {
    double loss = 0.0;
    for (const std::string& line : folder.log(model_dir)) {
      const auto json = nlohmann::ordered_json::parse(line);
      if (json["type"] == "update") loss = json["loss"];
    }
    return loss;
  };
  EXPECT_NEAR(last_loss("threads"), last_loss("processes"), 1e-3);
}

TEST(TrainProcesses, EndWhenOneIsKilledAndAnyNumberGoesOn) {
  const TrainFolder folder;
  ASSERT_EQ(folder.run(saving(folder, "undisturbed", 40)).status, 0);
  std::mt19937 draw(7);
  for (int kill = 0; kill < 4; ++kill) {
    const std::string model_dir = "killed" + std::to_string(kill);
    Process process(as_processes(saving(folder, model_dir, 40), 2), {.folder = folder.path()});
    const int64_t victim = kill % 2;
    const int64_t update = 5 + static_cast<int64_t>(draw() % 25);
    ASSERT_TRUE(process.wait_until([&] { return folder.logged_update(model_dir) >= update; }));
    ::kill(children(process.id()).at(victim), SIGKILL);
    const auto begin = std::chrono::steady_clock::now();
    const Result result = process.wait();
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(6));
    EXPECT_EQ(result.status, 1);
    EXPECT_THAT(result.errors,
                ContainsRegex("^nmt-train: error: process " + std::to_string(victim) +
                              " \\(.*, pid [0-9]+\\) has gone\n$"));
    const Words again = saving(folder, model_dir, 40) + Words{"--resume"};
    const Result resumed = folder.run(kill < 2 ? again : as_processes(again, 2));
    ASSERT_EQ(resumed.status, 0) << resumed.errors;
    expect_same_run(folder, "undisturbed", model_dir);
  }
}

TEST(TrainProcesses, StartAgainAfterAFailure) {
  const TrainFolder folder;
  ASSERT_EQ(folder.run(saving(folder, "undisturbed", 40)).status, 0);
  const Words words = as_processes(saving(folder, "killed", 40), 2);
  Process process(words + Words{"--max-restarts", "1"}, {.folder = folder.path()});
  ASSERT_TRUE(process.wait_until([&] { return folder.logged_update("killed") >= 12; }));
  ::kill(children(process.id()).at(1), SIGKILL);
  const Result result = process.wait();
  EXPECT_EQ(result.status, 0) << result.errors;
  EXPECT_THAT(result.output, HasSubstr("signal 9 (Killed); restart 1 of 1"));
  expect_same_run(folder, "undisturbed", "killed");
}

TEST(TrainProcesses, StopAtASignalToAnyOfThem) {
  const TrainFolder folder;
  ASSERT_EQ(folder.run(saving(folder, "undisturbed", 40)).status, 0);
  for (const int64_t who : {-1, 0, 1}) {  // −1: the one that started them.
    const std::string model_dir = "stopped" + std::to_string(who + 1);
    Process process(as_processes(saving(folder, model_dir, 40), 2), {.folder = folder.path()});
    ASSERT_TRUE(process.wait_until([&] { return folder.logged_update(model_dir) >= 9; }));
    ::kill(who < 0 ? process.id() : children(process.id()).at(who), SIGTERM);
    const Result result = process.wait();
    EXPECT_EQ(result.status, 0) << result.errors;
    EXPECT_THAT(result.output, HasSubstr("interrupted"));
    ASSERT_EQ(folder.run(as_processes(saving(folder, model_dir, 40), 2) + Words{"--resume"}).status,
              0);
    expect_same_run(folder, "undisturbed", model_dir);
  }
}

TEST(TrainProcesses, NameTheOneThatHangs) {
  const TrainFolder folder;
  const Words words = as_processes(saving(folder, "hanging", 4000), 2);
  Process process(words + Words{"--collective-timeout", "2"}, {.folder = folder.path()});
  ASSERT_TRUE(process.wait_until([&] { return folder.logged_update("hanging") >= 6; }));
  ::kill(children(process.id()).at(1), SIGSTOP);
  const auto begin = std::chrono::steady_clock::now();
  const Result result = process.wait();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(12));
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.errors, HasSubstr("process 1 ("));
}

TEST(TrainProcesses, EndWhenTheDiskIsFull) {
  const TrainFolder folder;
  const Result result = run(as_processes(saving(folder, "full", 40), 2),
                            {.folder = folder.path(), .largest_file = 40'000});
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.errors, HasSubstr("File too large"));
  EXPECT_THAT(result.errors, HasSubstr("process 0 ("));
}

TEST(TrainProcesses, RefuseWhatDoesNotFit) {
  const TrainFolder folder;
  const Result restarts = folder.run(folder.train("no") + Words{"--max-restarts", "2"});
  EXPECT_EQ(restarts.status, 2);
  EXPECT_THAT(restarts.errors, HasSubstr("--max-restarts"));
  const Result text =
      folder.run(with(as_processes(folder.train("no"), 2), "--vocab-size", "119999"));
  EXPECT_EQ(text.status, 1);
  EXPECT_FALSE(std::filesystem::exists(folder.path("no")));
}

}  // namespace
}  // namespace nmt::programs::train_processes_test
