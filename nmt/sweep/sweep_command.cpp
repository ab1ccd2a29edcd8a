#include "nmt/sweep/sweep_command.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <vector>

#include "data/text/byte_source.h"
#include "data/text/error.h"
#include "nmt/cli/command_line.h"
#include "nmt/cli/flags.h"
#include "nmt/config/config_table.h"

namespace nmt::sweep {
namespace {

namespace fs = std::filesystem;

// The flags as they are written, before they change the study.
struct Lists {
  std::string variants, depths, learning_rates, seeds;
};

cli::FlagSet flags_of(SweepCommand& command, Lists& lists, std::vector<std::string>& files) {
  cli::FlagSet set("nmt-sweep", "Trains every run of a study, as many at a time as fit.");
  set.positional("[STUDY] [-- FLAGS of nmt-train]", &files,
                 "file of variants, depths, learning rates, seeds and keys of nmt-train; the same "
                 "command again goes on where a stopped sweep was");
  set.example(
      "  nmt-sweep configs/studies/smoke.study\n"
      "  nmt-sweep --variants preln,postln-sigma --depths 6L,18L --learning-rates 0.002,0.005 \\\n"
      "            --seeds 1,2,3 --runs runs/mine -- --max-minutes 0 --max-updates 500");
  set.group("Study");
  set.text("variants", &lists.variants,
           "architecture names without depth, parted by commas; wins over the file's", "LIST");
  set.text("depths", &lists.depths, "such as 6L,60L-12L; wins over the file's", "LIST");
  set.text("learning-rates", &lists.learning_rates, "for every architecture; wins over the file's",
           "LIST");
  set.text("seeds", &lists.seeds, "for every architecture; wins over the file's", "LIST");
  set.group("Runs");
  set.text("runs", &command.runs, "folder of all runs (default: runs/NAME for NAME.study)", "DIR");
  set.number("jobs", &command.jobs,
             "processes at a time; 0: as many as the cores hold, one thread each unless the study "
             "says threads",
             0, 4096);
  set.real("memory", &command.memory_gib,
           "GiB for all processes together; 0: 90 % of the machine's");
  set.toggle("dry-run", &command.dry_run, "shows what would be done, and does nothing");
  set.toggle("ignore-changes", &command.ignore_changes,
             "counts runs that were made with other settings as they are");
  set.text("nmt-train", &command.nmt_train, "the program (default: the one beside nmt-sweep)",
           "PATH");
  return set;
}

void put_flags_of_training(const std::vector<std::string>& arguments, Block& block) {
  std::vector<cli::FlagShape> shapes = {{"config", "FILE", 1}};
  for (const config::ConfigKey& key : config::config_table()) {
    const config::Shape shape = config::shape(key.member);
    shapes.push_back(
        {std::string(key.name), shape.placeholder, shape.values, shape.optional_values});
  }
  const cli::SplitCommandLine line = cli::split_command_line(arguments, shapes);
  if (!line.positional.empty()) {
    throw UsageError("behind --: '", line.positional[0], "' is no flag of nmt-train");
  }
  for (const cli::GivenFlag& flag : line.flags)
    put(block, flag.name, flag.values, "behind -- : --");
}

void apply(const cli::FlagSet& set, const Lists& lists, const std::vector<std::string>& of_training,
           Study& study) {
  if (set.was_set("variants")) put_axis(study, "variants", lists.variants, "--");
  if (set.was_set("depths")) put_axis(study, "depths", lists.depths, "--");
  Block block{.place = "the command line"};
  if (set.was_set("learning-rates")) put(block, "learning-rates", {lists.learning_rates}, "--");
  if (set.was_set("seeds")) put(block, "seeds", {lists.seeds}, "--");
  put_flags_of_training(of_training, block);
  study.blocks.push_back(std::move(block));
}

void settle_paths(SweepCommand& command, const std::string& own_folder) {
  if (command.runs.empty()) {
    if (command.study_file.empty()) {
      throw UsageError("--runs is missing: without a study file, name the folder of the runs");
    }
    command.runs = "runs/" + fs::path(command.study_file).stem().string();
  }
  if (command.nmt_train.empty()) command.nmt_train = own_folder + "/nmt-train";
  if (access(command.nmt_train.c_str(), X_OK) != 0 || fs::is_directory(command.nmt_train)) {
    throw UsageError("--nmt-train: ", command.nmt_train,
                     " is no program that can be started; build nmt-train, or name its path");
  }
}

}  // namespace

SweepCommand parse_sweep_command(int argc, const char* const* argv, const std::string& own_folder) {
  const std::vector<std::string> all(argv, argv + argc);
  const auto cut = std::ranges::find(all, "--");
  const std::vector<std::string> of_training(cut == all.end() ? cut : cut + 1, all.end());

  SweepCommand command;
  Lists lists;
  std::vector<std::string> files;
  cli::FlagSet set = flags_of(command, lists, files);
  set.parse(static_cast<int>(cut - all.begin()), argv);
  if (files.size() > 1) {
    throw UsageError("one study file at a time, got '", files[0], "' and '", files[1],
                     "'; flags of nmt-train stand behind --");
  }
  if (command.memory_gib < 0.0) throw UsageError("--memory must be at least 0");
  if (!files.empty()) {
    command.study_file = files[0];
    command.study = parse_study(text::read_text(files[0]), files[0]);
  }
  apply(set, lists, of_training, command.study);
  settle_paths(command, own_folder);
  return command;
}

std::string own_folder() {
  return fs::read_symlink("/proc/self/exe").parent_path().string();
}

}  // namespace nmt::sweep
