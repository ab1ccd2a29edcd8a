#include "nmt/sweep/cell.h"

#include <algorithm>
#include <optional>

#include "data/text/error.h"
#include "data/text/path_kind.h"
#include "nmt/cli/parse_value.h"
#include "nmt/config/training_command.h"
#include "nmt/train/memory_estimate.h"

namespace nmt::sweep {
namespace {

constexpr int64_t kPiecesOfAVocabularyFile = 32'000;

// All blocks that fit `architecture` as one.
Block merged(const Study& study, const std::string& architecture) {
  Block all;
  for (const Block& block : study.blocks) {
    if (!block.fits(architecture)) continue;
    if (!block.learning_rates.empty()) all.learning_rates = block.learning_rates;
    if (!block.seeds.empty()) all.seeds = block.seeds;
    if (block.skip) all.skip = block.skip;
    for (const Setting& setting : block.settings) {
      std::erase_if(all.settings, [&](const Setting& old) { return old.key == setting.key; });
      all.settings.push_back(setting);
    }
  }
  return all;
}

std::vector<std::string> arguments_of(const std::vector<Setting>& settings) {
  std::vector<std::string> arguments;
  for (const Setting& setting : settings) {
    if (setting.values.size() == 1) {
      arguments.push_back("--" + setting.key + "=" + setting.values[0]);
    } else {
      arguments.push_back("--" + setting.key);
      arguments.insert(arguments.end(), setting.values.begin(), setting.values.end());
    }
  }
  return arguments;
}

// Keys of a run that inherits settings are judged by nmt-train, which knows those.
Cell cell_of(const std::string& architecture, const std::vector<std::string>& arguments) {
  std::vector<const char*> words = {"nmt-train"};
  for (const std::string& argument : arguments) words.push_back(argument.c_str());
  try {
    const config::TrainingCommand command =
        config::parse_training_command(static_cast<int>(words.size()), words.data());
    Cell cell = {.architecture = architecture,
                 .arguments = arguments,
                 .config = command.config,
                 .set_keys = command.set_keys};
    if (!cell.inherits()) cell.config = config::new_config(command);
    return cell;
  } catch (const UsageError& error) {
    throw UsageError(architecture, ": ", error.what());
  }
}

// "lr0.002-seed1"; a run that inherits names in its folder only what the study sets.
std::string folder_name(const std::string& rate, const std::string& seed) {
  if (rate.empty() && seed.empty()) return "inherited";
  const std::string of_rate = rate.empty() ? "" : "lr" + rate;
  const std::string of_seed = seed.empty() ? "" : "seed" + seed;
  return of_rate + (rate.empty() || seed.empty() ? "" : "-") + of_seed;
}

// An empty `rate` or `seed` is left to what the run inherits.
Cell make_cell(const std::string& architecture, std::vector<std::string> arguments,
               const std::string& rate, const std::string& seed, int64_t cores) {
  if (!rate.empty()) arguments.push_back("--learning-rate=" + rate);
  if (!seed.empty()) arguments.push_back("--seed=" + seed);
  Cell cell = cell_of(architecture, arguments);
  cell.learning_rate = rate;
  cell.seed = seed;
  cell.folder = architecture + "/" + folder_name(rate, seed);
  if (!cell.set_keys.contains("threads")) {
    cell.arguments.push_back("--threads=1");
    cell.config.threads = 1;
  }
  if (cell.config.threads == 0) cell.config.threads = cores;
  return cell;
}

// The first run would empty it, and the others find nothing.
void refuse_streams(const config::DataConfig& data, const std::string& architecture) {
  for (const std::vector<std::string>* paths : {&data.train_sets, &data.valid_sets}) {
    for (const std::string& path : *paths) {
      if (!text::is_stream(path)) continue;
      throw UsageError(architecture, ": ", path,
                       " is a stream, which only one run can read; a study needs files");
    }
  }
}

// Lists that the study leaves out: nmt-train's own values, or one that is empty for what a run
// inherits.
void complete_lists(Block& block, const Cell& cell) {
  const auto known = [&](const char* key) {
    return !cell.inherits() || cell.set_keys.contains(key);
  };
  if (block.learning_rates.empty()) {
    const double own = cell.config.optimization.learning_rate;
    block.learning_rates = {known("learning-rate") ? cli::format_real(own) : ""};
  }
  if (block.seeds.empty()) block.seeds = {known("seed") ? std::to_string(cell.config.seed) : ""};
}

void add_cells(const Study& study, const std::string& architecture, int64_t cores,
               std::vector<Cell>& cells) {
  Block block = merged(study, architecture);
  if (block.skip.value_or(false)) return;
  std::vector<std::string> arguments = arguments_of(block.settings);
  arguments.insert(arguments.begin(), "--arch=" + architecture);
  const Cell common = cell_of(architecture, arguments);
  refuse_streams(common.config.data, architecture);
  complete_lists(block, common);
  for (const std::string& rate : block.learning_rates) {
    for (const std::string& seed : block.seeds) {
      cells.push_back(make_cell(architecture, arguments, rate, seed, cores));
    }
  }
}

}  // namespace

std::vector<Cell> make_cells(const Study& study, int64_t cores) {
  std::vector<Cell> cells;
  for (const std::string& name : architectures(study)) add_cells(study, name, cores, cells);
  if (cells.empty()) throw UsageError("a study needs at least one run: all are skipped");
  return cells;
}

double expected_work(const config::TrainingConfig& config) {
  const config::ScheduleConfig& limits = config.schedule;
  const config::Architecture& architecture = config.model.architecture;
  std::optional<double> pieces;
  const auto limit = [&](double value) {
    if (value > 0.0) pieces = std::min(value, pieces.value_or(value));
  };
  limit(static_cast<double>(limits.max_target_tokens));
  limit(static_cast<double>(limits.max_updates) * config.data.max_tokens * config.data.update_freq);
  return pieces.value_or(1.0) * (architecture.encoder_layers + architecture.decoder_layers);
}

int64_t memory_bound(const config::TrainingConfig& config) {
  config::TrainingConfig sized = config;
  sized.model.vocab_size = config.data.vocab_size;
  if (sized.data.max_tokens == 0) sized.data.max_tokens = train::kMostAutoTokens;
  if (!config.data.vocab.empty()) {
    sized.model.vocab_size = std::max(config.data.vocab_size, kPiecesOfAVocabularyFile);
    if (config.data.vocab.size() == 2) sized.model.source_vocab_size = sized.model.vocab_size;
  }
  return train::estimate_memory(sized, train::approximate_parameters(sized.model), config.threads,
                                config.data.max_length);
}

}  // namespace nmt::sweep
