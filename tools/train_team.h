// The processes of nmt-train: the one that starts the others, and the group in each of those.

#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "nmt/config/training_command.h"
#include "nmt/distributed/group.h"

namespace nmt::tools {

/// Whether `command` asks this process to start others, and none has started it. Throws UsageError
/// as distributed::find_membership does.
bool is_launcher(const config::TrainingCommand& command);

/// Starts the processes of `command`, the program's arguments, and returns the exit status of them
/// all. A restart goes on with the run if it had begun to write.
int launch_team(const config::TrainingCommand& command, int argc, char** argv);

/// The team that this process belongs to. Where another of its processes is lost, this one prints
/// which and ends, whatever it is at.
class TrainTeam {
 public:
  /// Waits for the others. Throws UsageError and InputError as joining a group does.
  explicit TrainTeam(const config::LaunchConfig& launch);

  distributed::Communicator& group() const;
  int64_t on_this_machine() const { return on_this_machine_; }  ///< Its processes here.

  /// Runs `body`. The others are told of what it throws.
  int work(const std::function<int()>& body);

 private:
  std::unique_ptr<distributed::Group> joined_;  // None: alone.
  int64_t on_this_machine_ = 1;
};

}  // namespace nmt::tools
