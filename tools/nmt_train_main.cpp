// nmt-train: trains a Transformer for translation.
//
//     nmt-train --arch postln-sigma-18L                              (the built-in toy grammar)
//     nmt-train --arch preln-6L --train-sets train.en train.de --valid-sets dev.en dev.de
//     nmt-train --processes 2 --arch preln-6L ...                    (as one of several processes)
//
// Progress goes to standard output; the whole history is in run.jsonl.gz in the model folder, and
// with --tensorboard true its curves in tensorboard/.
// Exit status: 0 trained (or stopped by a signal, with a checkpoint), 1 unusable input or a failed
// run, 2 wrong command line.

#include <ATen/Parallel.h>
#include <unistd.h>

#include <iostream>
#include <optional>
#include <thread>

#include "data/text/byte_source.h"
#include "nmt/cli/progress_bar.h"
#include "nmt/cli/stop_signal.h"
#include "nmt/config/training_command.h"
#include "nmt/train/auto_max_tokens.h"
#include "nmt/train/console_observer.h"
#include "nmt/train/log_observer.h"
#include "nmt/train/model_dir.h"
#include "nmt/train/piped_text.h"
#include "nmt/train/shared_start.h"
#include "nmt/train/tensorboard_observer.h"
#include "nmt/train/trainer.h"
#include "tools/choose_device.h"
#include "tools/torch_program.h"
#include "tools/train_team.h"

namespace {

using nmt::config::DeviceKind;
using nmt::config::TrainingCommand;
using nmt::config::TrainingConfig;
using nmt::tools::TrainTeam;

void resolve_machine(TrainingConfig& config, const TrainTeam& team) {
  const bool alone = team.group().size() == 1;
  if (!alone && config.device == DeviceKind::kCuda) {
    throw nmt::UsageError(
        "--device cuda trains in one process so far; several train with --device cpu");
  }
  const auto gpu = nmt::tools::choose_gpu(alone ? config.device : DeviceKind::kCpu);
  config.device = gpu ? DeviceKind::kCuda : DeviceKind::kCpu;
  if (gpu) std::cout << "training on " << gpu->name << '\n' << std::flush;
  if (config.threads == 0) {
    config.threads =
        std::max<int64_t>(1, std::thread::hardware_concurrency() / team.on_this_machine());
  }
}

void keep(nmt::train::PipedText& piped, const TrainingConfig& config) {
  piped.keep(config);
  for (const nmt::train::PipedText::Copy& copy : piped.copies()) {
    std::cout << nmt::text::input_name(copy.stream) << " is kept for --resume in " << copy.path
              << ", " << copy.bytes << " bytes\n"
              << std::flush;
  }
}

int status_of(const nmt::run_log::EndRecord& end) {
  return end.reason == "non-finite" ? nmt::cli::kExitFailure : nmt::cli::kExitDone;
}

// Process 0, or the only one.
int lead(const TrainingCommand& command, const TrainTeam& team) {
  nmt::train::RunStart start = nmt::train::prepare_model_dir(command);
  TrainingConfig& config = start.origin.config;
  if (!start.origin.opening.empty()) std::cout << start.origin.opening << '\n' << std::flush;
  resolve_machine(config, team);
  at::set_num_threads(static_cast<int>(config.threads));
  nmt::train::PipedText piped(config);
  const nmt::train::TrainingData data =
      nmt::train::load_training_data(config, start.origin.vocabulary);
  nmt::train::fit_to_data(config.model, data);
  nmt::train::settle_max_tokens(config, data);
  nmt::train::send_origin(team.group(), start.origin, data);
  team.group().meet();
  piped.name_lasting_places(config);

  nmt::train::ObserverGroup observers;
  nmt::train::Trainer trainer(config, data, observers, nmt::cli::catch_stop_signals(),
                              start.origin.at, team.group());
  nmt::train::discard_what_is_replaced(start);  // From here on the run is on.
  keep(piped, config);
  const std::string folder = config.model_dir + "/";
  nmt::run_log::RunLog log(folder + nmt::run_log::kRunLogFile);
  nmt::train::ConsoleObserver console(std::cout, nmt::cli::progress_options(STDOUT_FILENO));
  nmt::train::LogObserver history(log);
  std::optional<nmt::train::TensorboardObserver> curves;
  observers.add(console);
  observers.add(history);
  if (config.schedule.tensorboard) {
    curves.emplace(folder + nmt::train::kTensorboardFolder,
                   nmt::run_log::read_latest(folder + nmt::run_log::kRunLogFile));
    observers.add(*curves);
  }
  return status_of(trainer.run());
}

int follow(const TrainTeam& team) {
  const nmt::train::RunOrigin origin = nmt::train::receive_origin(team.group());
  at::set_num_threads(static_cast<int>(origin.config.threads));
  const nmt::train::TrainingData data =
      nmt::train::load_training_data(origin.config, origin.vocabulary);
  team.group().meet();
  nmt::train::ObserverGroup nobody;
  nmt::train::Trainer trainer(origin.config, data, nobody, nmt::cli::catch_stop_signals(),
                              origin.at, team.group());
  return status_of(trainer.run());
}

int train(int argc, char** argv) {
  const TrainingCommand command = nmt::config::parse_training_command(argc, argv);
  if (nmt::tools::is_launcher(command)) return nmt::tools::launch_team(command, argc, argv);
  TrainTeam team(command.config.launch);
  return team.work([&] {
    const int status = team.group().leads() ? lead(command, team) : follow(team);
    team.group().meet();
    return status;
  });
}

}  // namespace

int main(int argc, char** argv) {
  return nmt::tools::run_torch_program(
      "nmt-train", argc, argv, train,
      {.work = "an update",
       .remedy = "lower --max-tokens and raise --update-freq, or add --recompute true; --resume "
                 "goes on from the last checkpoint"});
}
