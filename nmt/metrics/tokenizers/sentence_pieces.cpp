#include "nmt/metrics/tokenizers/sentence_pieces.h"

#include <algorithm>
#include <filesystem>

#include "data/text/error.h"
#include "nmt/metrics/tokenizers/data_places.h"
#include "nmt/metrics/tokenizers/model_cache.h"
#include "nmt/metrics/tokenizers/sentence_piece_model.h"

namespace nmt::metrics {
namespace {

struct KnownModel {
  std::string_view name, signature, file, source;
};

constexpr std::string_view kFlores101 = "sacrebleu_tokenizer_spm.model";
constexpr std::string_view kFlores101Source =
    "https://dl.fbaipublicfiles.com/fairseq/models/flores/sacrebleu_tokenizer_spm.model";

constexpr KnownModel kModels[] = {
    {"spm", "flores101", kFlores101, kFlores101Source},
    {"flores101", "flores101", kFlores101, kFlores101Source},
    {"flores200", "flores200", "flores200sacrebleuspm",
     "https://tinyurl.com/flores200sacrebleuspm"},
    {"spBLEU-1K", "spBLEU-1K", "spbleu-1k_tokenizer_spm.model",
     "https://www.dlnlp.ai/spBLEU-1K/spbleu-1k_tokenizer_spm.model"},
};

const KnownModel& known_model(std::string_view name) {
  for (const KnownModel& model : kModels) {
    if (model.name == name) return model;
  }
  throw UsageError("no SentencePiece tokenizer is called '", name, "'");
}

std::shared_ptr<const SentencePieceModel> find_model(const KnownModel& model) {
  static ModelCache<SentencePieceModel> models;
  const std::string path = models_folder() + "/" + std::string(model.file);
  std::error_code problem;
  if (!std::filesystem::exists(path, problem)) {
    throw InputError("tokenizer '", model.name, "' needs the SentencePiece model ", path,
                     ", which is not there, and nothing is downloaded: fetch it from ",
                     model.source, ", or let sacreBLEU do so by running it once with -tok ",
                     model.name, "; SACREBLEU may name another folder than ~/.sacrebleu");
  }
  return models.get(path, [&] { return std::make_shared<const SentencePieceModel>(path); });
}

}  // namespace

SentencePieceTokenizer::SentencePieceTokenizer(std::string_view name)
    : signature_(known_model(name).signature), model_(find_model(known_model(name))) {}

void SentencePieceTokenizer::tokenize(std::string_view segment, std::string& words) const {
  model_->encode(segment, words);
}

}  // namespace nmt::metrics
