#include "tools/train_team.h"

#include <c10/util/Exception.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <exception>
#include <filesystem>
#include <iostream>
#include <string>

#include "data/text/error.h"
#include "nmt/cli/program.h"
#include "nmt/cli/stop_signal.h"
#include "nmt/distributed/launcher.h"
#include "nmt/run_log/run_log.h"
#include "nmt/train/worker_pool.h"

namespace nmt::tools {
namespace {

// In one piece, though other threads and processes write as well.
void print_error(const std::string& line) {
  const std::string text = "nmt-train: error: " + line + "\n";
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, text.data(), text.size());
}

std::optional<distributed::Membership> membership(const config::LaunchConfig& launch) {
  return distributed::find_membership({launch.processes, launch.rendezvous},
                                      distributed::environment);
}

// Changes when a run begins to write its log; 0: there is none.
ino_t log_identity(const std::string& model_dir) {
  struct stat status {};
  const std::string path = model_dir + "/" + run_log::kRunLogFile;
  return ::stat(path.c_str(), &status) == 0 ? status.st_ino : 0;
}

}  // namespace

bool is_launcher(const config::TrainingCommand& command) {
  return command.config.launch.processes > 1 && !membership(command.config.launch);
}

int launch_team(const config::TrainingCommand& command, int argc, char** argv) {
  const config::TrainingConfig& config = command.config;
  std::vector<std::string> words(argv, argv + argc);
  words[0] = std::filesystem::read_symlink("/proc/self/exe").string();
  const ino_t before = log_identity(config.model_dir);
  distributed::LaunchPlan plan = {.words = words,
                                  .processes = config.launch.processes,
                                  .max_restarts = config.launch.max_restarts,
                                  .words_again = {},
                                  .notice = {}};
  plan.words_again = [&] {
    const ino_t now = log_identity(config.model_dir);
    if (config.resume || now == 0 || now == before) return words;
    std::vector<std::string> again = words;
    std::erase(again, "--overwrite");
    again.push_back("--resume");
    return again;
  };
  plan.notice = [](const std::string& line) { std::cout << line << '\n' << std::flush; };
  return distributed::launch(plan, cli::catch_stop_signals());
}

TrainTeam::TrainTeam(const config::LaunchConfig& launch) {
  const auto member = membership(launch);
  if (!member || member->size == 1) return;
  on_this_machine_ = member->local_size;
  distributed::stop_with_launcher();
  cli::catch_stop_signals();
  const train::FlushDenormals flush;  // The threads that add up gradients begin here.
  joined_ =
      distributed::join_group(*member, {.timeout = std::chrono::seconds(launch.collective_timeout),
                                        .report = [](const std::string& line) {
                                          print_error(line);
                                          std::_Exit(cli::kExitFailure);
                                        }});
}

distributed::Communicator& TrainTeam::group() const {
  return joined_ ? *joined_ : distributed::alone();
}

int TrainTeam::work(const std::function<int()>& body) {
  try {
    return body();
  } catch (const c10::Error& error) {
    if (joined_) joined_->fail(error.what_without_backtrace());
    throw;
  } catch (const std::exception& error) {
    if (joined_) joined_->fail(error.what());
    throw;
  }
}

}  // namespace nmt::tools
