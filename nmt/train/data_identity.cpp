#include "nmt/train/data_identity.h"

#include <vector>

#include "data/text/error.h"

namespace nmt::train {
namespace {

nlohmann::json corpus_identity(const data::ParallelCorpus& corpus) {
  return {{"pairs", corpus.report().read},
          {"source", corpus.checksums().source},
          {"target", corpus.checksums().target}};
}

// `paths` are those of source and target; none for the toy grammar.
void check_set(const nlohmann::json& saved, const nlohmann::json& now,
               const std::vector<std::string>& paths, const std::string& source) {
  for (const size_t side : {0, 1}) {
    const char* name = side == 0 ? "source" : "target";
    if (saved.at(name) == now.at(name)) continue;
    throw InputError(paths.empty() ? "the toy grammar" : paths[side],
                     ": is not the text that the run began with (", saved.at("pairs"),
                     " segments, checksum ", saved.at(name), " in ", source, "; here ",
                     now.at("pairs"), " and ", now.at(name),
                     "); give the same text, from wherever it lies now, or start a new run");
  }
}

void check_pairs(const nlohmann::json& state, const TrainingData& data, const std::string& source) {
  const int64_t saved = state.value("pairs", int64_t{-1});
  if (saved == data.train.size()) return;
  throw InputError(source, ": the run was trained on ", saved,
                   " sentence pairs, the training sets now give ", data.train.size(),
                   "; resume with the same files");
}

}  // namespace

nlohmann::json data_identity(const TrainingData& data) {
  return {{"train", corpus_identity(data.train)},
          {"valid", data.valid ? corpus_identity(*data.valid) : nlohmann::json(nullptr)}};
}

void check_same_data(const nlohmann::json& state, const TrainingData& data,
                     const config::DataConfig& config, const std::string& source) {
  if (!state.contains("data")) return check_pairs(state, data, source);
  const nlohmann::json& saved = state["data"];
  const nlohmann::json now = data_identity(data);
  try {
    check_set(saved.at("train"), now.at("train"), config.train_sets, source);
    if (saved.at("valid").is_null() != now.at("valid").is_null()) {
      throw InputError("valid-sets: the run began ", now.at("valid").is_null() ? "with" : "without",
                       " a validation set, and so goes on; start a new run, for example with "
                       "--init-from, to change that");
    }
    if (data.valid) check_set(saved.at("valid"), now.at("valid"), config.valid_sets, source);
  } catch (const nlohmann::json::exception& error) {
    throw InputError(source, ": \"data\" is not what a training run writes: ", error.what());
  }
}

}  // namespace nmt::train
